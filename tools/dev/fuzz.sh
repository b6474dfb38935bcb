# shellcheck shell=bash
# Fuzz targets (libFuzzer, clang): tests/fuzz/fuzz_<what>.c with seeds in tests/fuzz/seeds/<what>/.
# ./dev test replays the seeds; this explores, keeps what it finds in var/fuzz/ and stops at a crash.

# shellcheck source=tools/dev/setup.sh
. "$top/tools/dev/setup.sh"
# shellcheck source=tools/dev/build.sh
. "$top/tools/dev/build.sh"

fuzz_build() {
	build_tree build-fuzz --enable-fuzzing --with-sanitizer=address,undefined,fuzzer-no-link CC="$(compiler clang)"
	quiet var/log/fuzz-make.log make -C build-fuzz -j"$(jobs_n)" fuzz
}

fuzz_targets() { find tests/fuzz -name 'fuzz_*.c' 2>/dev/null | sed 's|.*/fuzz_||; s|\.c$||' | sort; }

# Each of these targets, built with a planted fault, must find it within a minute: shows that the
# target reaches the code and that its checks can fail.
fuzz_plants='match ruleset'

fuzz_planted() {
	local target found status=0
	build_tree build-fuzz-plant --enable-fuzzing --with-sanitizer=address,undefined,fuzzer-no-link \
		CC="$(compiler clang)" CPPFLAGS=-DFUZZ_PLANT
	for target in $fuzz_plants; do
		quiet var/log/fuzz-plant-make.log make -C build-fuzz-plant -j"$(jobs_n)" tests/fuzz/fuzz_"$target"
		found=$(mktemp -d)
		step "fuzzing $target with a planted fault"
		if build-fuzz-plant/tests/fuzz/fuzz_"$target" -max_total_time=60 -artifact_prefix="$found/crash-" \
			"$found" "tests/fuzz/seeds/$target" >"var/log/fuzz-plant-$target.log" 2>&1; then
			echo "$target: not found"
			status=1
		else
			echo "$target: found after $(sed -n 's/^#\([0-9]*\).*/\1/p' "var/log/fuzz-plant-$target.log" | tail -n 1) inputs"
		fi
		rm -rf "$found"
	done
	return $status
}

cmd_fuzz() {
	local target seconds=${2:-60} found
	cmd_setup all
	if [ "${1:-}" = planted ]; then
		fuzz_planted
		return
	fi
	fuzz_build
	for target in ${1:-$(fuzz_targets)}; do
		step "fuzzing $target for $seconds s"
		found=var/fuzz/$target
		mkdir -p "$found"
		build-fuzz/tests/fuzz/fuzz_"$target" -max_total_time="$seconds" -print_final_stats=0 \
			-artifact_prefix="$found/crash-" "$found" "tests/fuzz/seeds/$target"
	done
}
