# shellcheck shell=bash
# The benchmarks: executables and scripts in tests/perf that print ratios to an anchor measured in the
# same run. Figures are for people; no test depends on them.

# shellcheck source=tools/dev/build.sh
. "$top/tools/dev/build.sh"

cmd_bench() {
	local script
	build_programs
	for script in tests/perf/bench*.sh; do
		[ -e "$script" ] || die "there is no benchmark in tests/perf"
		[[ ${script##*/} == bench*"${1:-}"* ]] || continue
		step "$script"
		BUILD=$top/build bash "$script"
	done
}
