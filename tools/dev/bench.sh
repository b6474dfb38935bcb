# shellcheck shell=bash
# The benchmarks: the engine beside DuckDB on the same files in the same run (tests/perf). Figures are
# for people; no test depends on them. DuckDB comes from npm, into var/, when it is first asked for.

# shellcheck source=tools/dev/setup.sh
. "$top/tools/dev/setup.sh"
# shellcheck source=tools/dev/build.sh
. "$top/tools/dev/build.sh"

cmd_bench() {
	cmd_setup run
	build_programs
	if [ ! -d tests/perf/node_modules ]; then
		step "installing DuckDB for comparison"
		(cd tests/perf && quiet "$top/var/log/bench-npm.log" npm install --no-save --no-package-lock)
	fi
	mkdir -p var/bench
	node tests/perf/bench.ts build var/bench "$@"
}
