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

cmd_fuzz() {
	local target seconds=${2:-60} found
	cmd_setup all
	fuzz_build
	for target in ${1:-$(fuzz_targets)}; do
		step "fuzzing $target for $seconds s"
		found=var/fuzz/$target
		mkdir -p "$found"
		build-fuzz/tests/fuzz/fuzz_"$target" -max_total_time="$seconds" -print_final_stats=0 \
			-artifact_prefix="$found/crash-" "$found" "tests/fuzz/seeds/$target"
	done
}
