# shellcheck shell=bash
# The benchmarks (tests/perf): the engine beside DuckDB on the same files in the same run; "accuracy": how
# right it is; "job": one job through a running instance; "review": views, decisions and memory of one with a
# million matches; "intake": reading files, and uploads through it. Figures are for
# people; no test depends on them. DuckDB comes from npm, into var/, when it is first asked for.

# shellcheck source=tools/dev/instance.sh
. "$top/tools/dev/instance.sh"

bench_engine() {
	if [ ! -d tests/perf/node_modules ]; then
		step "installing DuckDB for comparison"
		(cd tests/perf && quiet "$top/var/log/bench-npm.log" npm install --no-save --no-package-lock)
	fi
	node tests/perf/bench.ts build var/bench "$@"
}

bench_job() {
	cmd_up
	export NODE_EXTRA_CA_CERTS=$inst/tls/cert.pem
	node --disable-warning=ExperimentalWarning tests/perf/job.ts build var/bench "$@"
}

bench_review() {
	cmd_up
	export NODE_EXTRA_CA_CERTS=$inst/tls/cert.pem
	node --disable-warning=ExperimentalWarning tests/perf/review.ts build var/bench "$@"
}

bench_intake() {
	node --disable-warning=ExperimentalWarning tests/perf/intake.ts build var/bench
	cmd_up
	export NODE_EXTRA_CA_CERTS=$inst/tls/cert.pem
	node --disable-warning=ExperimentalWarning tests/perf/upload.ts var/bench tests/data/clamav/eicar.ndb
}

cmd_bench() {
	cmd_setup run
	build_programs
	mkdir -p var/bench
	case ${1-} in
	accuracy) node tests/perf/accuracy.ts build var/bench "${@:2}" ;;
	intake) bench_intake ;;
	review) bench_review "${@:2}" ;;
	job) bench_job "${@:2}" ;;
	*) bench_engine "$@" ;;
	esac
}
