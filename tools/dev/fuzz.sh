# shellcheck shell=bash
# Fuzz targets (libFuzzer, clang): tests/fuzz/fuzz_<what>.c with seeds in tests/fuzz/seeds/<what>/.
# ./dev test replays the seeds; this explores, keeps what it finds in var/fuzz/ and prints a line per target.

# shellcheck source=tools/dev/setup.sh
. "$top/tools/dev/setup.sh"
# shellcheck source=tools/dev/build.sh
. "$top/tools/dev/build.sh"

fuzz_targets() { find tests/fuzz -name 'fuzz_*.c' 2>/dev/null | sed 's|.*/fuzz_||; s|\.c$||' | sort; }

# Each of these targets, built with a planted fault (FUZZ_PLANT), must find it within a minute: shows that the
# target reaches the code and that its checks can fail.
fuzz_plants='csv xlsx ods xls ofx qif mt940 camt bai2 jsonl ruleset match'

# fuzz_build DIR TARGET... [-- OPTION...]: the targets compiled in DIR, configured with the options.
fuzz_build() {
	local dir=$1 targets=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		targets+=("tests/fuzz/fuzz_$1")
		shift
	done
	build_tree "$dir" --enable-fuzzing --with-sanitizer=address,undefined,fuzzer-no-link CC="$(compiler clang)" "${@:2}"
	quiet "var/log/$dir-make.log" make -C "$dir" -j"$(jobs_n)" "${targets[@]}"
}

# fuzz_run DIR TARGET SECONDS FOUND: explores, and prints what came of it. Fails when something was found, which
# is then a file FOUND/crash-..., timeout-... or oom-....
fuzz_run() {
	local dir=$1 target=$2 began=$EPOCHREALTIME status=0 log=var/log/$1-$2.log
	"$dir/tests/fuzz/fuzz_$target" -max_total_time="$3" -timeout=20 -artifact_prefix="$4/" \
		"$4" "tests/fuzz/seeds/$target" >"$log" 2>&1 || status=$?
	awk -v target="$target" -v began="$began" -v now="$EPOCHREALTIME" -v status="$status" '
		/^#[0-9]+/ { inputs = substr($1, 2) }
		match($0, /cov: [0-9]+/) { edges = substr($0, RSTART + 5, RLENGTH - 5) }
		/^SUMMARY: / { why = substr($0, 10) }
		END { printf "%-12s %6.1f s %10d inputs %6d edges  %s\n", target, now - began, inputs, edges,
			status == 0 ? "clean" : why == "" ? "ended with " status : why }' "$log"
	return "$status"
}

fuzz_planted() {
	local target found status=0
	# shellcheck disable=SC2086 # the names are words
	fuzz_build build-fuzz-plant $fuzz_plants -- CPPFLAGS=-DFUZZ_PLANT
	for target in $fuzz_plants; do
		found=$(mktemp -d)
		! fuzz_run build-fuzz-plant "$target" 60 "$found" || status=1 # its plant was not found
		rm -rf "$found"
	done
	return $status
}

# fuzz [planted | all | TARGET...] [SECONDS]: each target for so long, one after the other.
cmd_fuzz() {
	local seconds=60 status=0 target
	setup_packages run test
	if [ "${1:-}" = planted ]; then
		fuzz_planted
		return
	fi
	if [ $# -gt 0 ] && [[ ${!#} =~ ^[0-9]+$ ]]; then
		seconds=${!#}
		set -- "${@:1:$#-1}"
	fi
	# shellcheck disable=SC2046 # the names are words
	if [ $# -eq 0 ] || [ "$1" = all ]; then set -- $(fuzz_targets); fi
	fuzz_build build-fuzz "$@"
	for target; do
		mkdir -p "var/fuzz/$target"
		fuzz_run build-fuzz "$target" "$seconds" "var/fuzz/$target" || status=1
	done
	return $status
}
