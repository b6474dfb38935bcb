# shellcheck shell=bash
# The suites of ./dev test. Each writes TAP to $tap; see test.sh.

export CMOCKA_MESSAGE_OUTPUT=TAP

# Folds the logs of automake's test harness into $tap: cmocka's own lines where a program printed
# them, otherwise one line for the program.
tap_from_check() { # BUILD-DIR TEST...
	local dir=$1 test log result
	shift
	for test; do
		log=$dir/$test.log
		result=$(sed -n 's/^:test-result: *//p' "$dir/$test.trs" 2>/dev/null || true)
		if grep -qE '^(not )?ok ' "$log" 2>/dev/null; then
			sed -nE "s|^(ok\|not ok) [0-9]+ - |\1 - ${test#tests/}: |p" "$log" >>"$tap"
			if [ "$result" != PASS ] && ! grep -q '^not ok' "$log"; then
				tap_line "not ok" "${test#tests/}: ended with ${result:-no result}"
			fi
		elif [ "$result" = SKIP ]; then
			tap_skip "${test#tests/}" "$(tail -n 1 "$log")"
		elif [ "$result" = PASS ]; then
			tap_line ok "${test#tests/}"
		else
			tap_line "not ok" "${test#tests/}: ${result:-did not run}"
		fi
	done
}

# The tests that the build files of a tree name.
check_names() { make -s -C "$1" -f - show <<<$'include Makefile\nshow:\n\t@echo $(TESTS)'; }

# check_tree DIR [TEST...]: builds and runs (all or these) tests of a configured tree.
check_tree() {
	local dir=$1 names status=0
	shift
	names=$*
	[ -n "$names" ] || names=$(check_names "$dir")
	# shellcheck disable=SC2086 # the names are words
	(cd "$dir" && rm -f ${names// /.log } ${names// /.trs })
	if [ $# -eq 0 ]; then
		make -C "$dir" -j"$(jobs_n)" -k check || status=$?
	else
		make -C "$dir" -j"$(jobs_n)" -k check bin_PROGRAMS= pkglibexec_PROGRAMS= \
			check_PROGRAMS="$names" TESTS="$names" || status=$?
	fi
	# shellcheck disable=SC2086
	tap_from_check "$dir" $names
	return $status
}

suite_gcc() {
	build_main
	tap_run "the tree compiles with gcc -Werror" make -C build -j"$(jobs_n)"
	tap_run "the tests compile with gcc -Werror" make -C build -j"$(jobs_n)" check TESTS=
}

suite_unit() {
	build_main
	check_tree build
}

suite_clang() {
	build_tree build-clang --enable-werror CC="$(compiler clang)"
	tap_run "the tree compiles with clang -Werror" make -C build-clang -j"$(jobs_n)"
	tap_run "the tests compile with clang -Werror" make -C build-clang -j"$(jobs_n)" check TESTS=
}

suite_asan() {
	build_tree build-asan --with-sanitizer=address,undefined CC="$(compiler gcc)"
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1 check_tree build-asan
}

suite_tsan() {
	local names
	names=$(find tests/unit/match tests/unit/matcher tests/unit/grid -name 'test_*.c' 2>/dev/null | sed 's/\.c$//' | sort)
	if [ -z "$names" ]; then
		tap_skip "match" "there is no tests/unit/match"
		return 0
	fi
	build_tree build-tsan --with-sanitizer=thread CC="$(compiler gcc)"
	# shellcheck disable=SC2086
	check_tree build-tsan $names
}

suite_distcheck() {
	build_tree build-dist CC="$(compiler gcc)"
	tap_run "make distcheck" make -C build-dist -j"$(jobs_n)" distcheck CMOCKA_MESSAGE_OUTPUT=
}
