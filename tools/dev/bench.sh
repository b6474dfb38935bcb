# shellcheck shell=bash
# The benchmarks (tests/perf): the engine beside DuckDB on the same files in the same run, and with
# "accuracy" how right it is. Figures are for people; no test depends on them. DuckDB comes from npm,
# into var/, when it is first asked for.

# shellcheck source=tools/dev/setup.sh
. "$top/tools/dev/setup.sh"
# shellcheck source=tools/dev/build.sh
. "$top/tools/dev/build.sh"

cmd_bench() {
	cmd_setup run
	build_programs
	mkdir -p var/bench
	if [ "${1-}" = accuracy ]; then
		shift
		node tests/perf/accuracy.ts build var/bench "$@"
		return
	fi
	if [ ! -d tests/perf/node_modules ]; then
		step "installing DuckDB for comparison"
		(cd tests/perf && quiet "$top/var/log/bench-npm.log" npm install --no-save --no-package-lock)
	fi
	node tests/perf/bench.ts build var/bench "$@"
}
