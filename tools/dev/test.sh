# shellcheck shell=bash
# The test runner. A suite is a row of the table below and a function suite_NAME in suites.sh; it
# writes TAP to $tap (one line a test) and whatever it likes to stdout, which becomes its log. The lane
# "first" runs alone; then two lanes run side by side: "compile" holds what only needs the compiler,
# "live" what shares the running instance, and distcheck, which makes both as long. Inside a lane suites
# run one after the other. What is in lane "long" runs after all others, and only when it is asked for by
# name or by "all".

test_dir=$top/var/test

# lane    suite          what it shows
suites='
first     gcc            the whole tree compiles with gcc -Werror
compile   unit           every module, and the seeds of every fuzz target (make check)
compile   db             migrations, statements and transactions on a real PostgreSQL
compile   asan           the whole tree compiles with clang -Werror; every module under ASan and UBSan
compile   tsan           engine and matcher under ThreadSanitizer
compile   lint           static checks; every suppression has a reason
live      www            the front end: types, unit tests, sizes
live      drift          generated files equal what their generators print
live      systemd        unit files: complete, verified, confined
live      dev            ./dev itself: start, crash, restart, stop
live      api            the HTTP contract, black box
live      cli            the command line: every command and its refusals
live      e2e            a person with a browser
live      fault          programs, stores and disks that fail in the middle
live      distcheck      the tarball builds, tests, installs and uninstalls elsewhere
long      boot           installed by docs/install.md on a booted system with systemd
'

# tap_line ok|"not ok" LABEL
tap_line() { printf '%s - %s\n' "$1" "$2" >>"$tap"; }

# tap_skip LABEL REASON
tap_skip() { printf 'ok - %s # SKIP %s\n' "$1" "$2" >>"$tap"; }

# tap_run LABEL COMMAND...: one test that passes when the command does, in a shell of its own.
tap_run() {
	local label=$1
	shift
	printf '\n--- %s\n' "$label"
	if ("$@") 2>&1; then tap_line ok "$label"; else
		tap_line "not ok" "$label"
		return 1
	fi
}

tap_count() { # FILE -> passed failed skipped
	awk '/^ok / && /# SKIP/ { s++; next } /^ok / { p++ } /^not ok / { f++ } END { print p + 0, f + 0, s + 0 }' "$1"
}

# Runs one suite in its own folder and prints its line.
suite_run() {
	local name=$1 status=0 began=$SECONDS passed failed skipped
	local out=$test_dir/$name
	rm -rf "$out"
	mkdir -p "$out"
	tap=$out/tap
	: >"$tap"
	(
		set -euo pipefail
		"suite_$name"
	) >"$out/log" 2>&1 </dev/null || status=$?
	read -r passed failed skipped < <(tap_count "$tap")
	if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
		tap_line "not ok" "the suite itself (exit status $status)"
		failed=1
	elif [ $((passed + failed + skipped)) -eq 0 ]; then
		tap_line "not ok" "the suite ran no test"
		failed=1
	fi
	{
		flock 9
		printf '%-4s %-10s %5d passed' "$([ "$failed" -eq 0 ] && echo ok || echo FAIL)" "$name" "$passed"
		[ "$failed" -eq 0 ] || printf ', %d failed' "$failed"
		[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
		printf '  (%d s)\n' $((SECONDS - began))
		grep '^not ok' "$tap" | head -n 20 | sed 's/^/       /' || true
		[ "$failed" -eq 0 ] || printf '       log: %s\n' "var/test/$name/log"
		sed -n 's/^ok [0-9]* *- \(.*\) # SKIP \(.*\)/       skipped: \1: \2/p' "$tap"
	} 9>"$test_dir/print.lock"
}

suites_of_lane() { awk -v l="$1" 'NF && $1 == l { print $2 }' <<<"$suites"; }

lane_run() {
	local name
	for name in $(suites_of_lane "$1"); do
		[[ " $chosen " != *" $name "* ]] || suite_run "$name"
	done
}

suites_choose() { # PATTERN... -> names; all but the long ones without a pattern
	local lane name pattern _
	while read -r lane name _; do
		[ $# -gt 0 ] || [ "$lane" = long ] || printf '%s ' "$name"
		for pattern; do
			if [[ $pattern == all || $name == $pattern* ]]; then
				printf '%s ' "$name"
				break
			fi
		done
	done < <(awk NF <<<"$suites")
}

cmd_test() {
	local no_skip=0 patterns=() lanes=() arg name total_passed=0 total_failed=0 total_skipped=0 p f s
	for arg; do
		case $arg in
		--no-skip) no_skip=1 ;;
		--list)
			awk 'NF' <<<"$suites"
			return 0
			;;
		-*) die "unknown option $arg" ;;
		*) patterns+=("$arg") ;;
		esac
	done
	chosen=$(suites_choose "${patterns[@]}")
	[[ " ${patterns[*]} " != *" all "* ]] || test_long=1
	[ -n "$chosen" ] || die "no suite begins with: ${patterns[*]} (see ./dev test --list)"

	. "$top/tools/dev/instance.sh"
	. "$top/tools/dev/suites.sh"
	. "$top/tools/dev/lint.sh"
	. "$top/tests/boot/boot.sh"
	cmd_setup all
	[[ " $chosen " != *" boot "* ]] || setup_packages boot
	mkdir -p "$test_dir"
	build_bootstrap
	export NO_COLOR=1 FORCE_COLOR=0
	instance_forget check

	# Each lane is a process group, so that an interrupted run leaves nothing behind.
	trap 'kill -- ${lanes[*]/#/-} 2>/dev/null; instance_forget check' EXIT
	trap 'exit 130' INT TERM
	lane_run first
	set -m
	for name in compile live; do
		lane_run $name &
		lanes+=($!)
	done
	set +m
	wait
	lane_run long
	trap - EXIT INT TERM
	RECON_INSTANCE=check instance_existing
	instance_down

	for name in $chosen; do
		read -r p f s < <(tap_count "$test_dir/$name/tap")
		total_passed=$((total_passed + p)) total_failed=$((total_failed + f)) total_skipped=$((total_skipped + s))
	done
	say "logs: var/test/; $((SECONDS / 60)) min $((SECONDS % 60)) s"
	printf '%d passed, %d failed' "$total_passed" "$total_failed"
	[ $total_skipped -eq 0 ] || printf ', %d skipped' "$total_skipped"
	printf '\n'
	[ $total_failed -eq 0 ] && [ $((no_skip * total_skipped)) -eq 0 ]
}
