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
check_names() {
	make -s -C "$1" Makefile >&2
	make -s -C "$1" -f - show <<<$'include Makefile\nshow:\n\t@echo $(TESTS)'
}

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
	# shellcheck disable=SC2086 # the names are words
	tap_from_check "$dir" $names
	return $status
}

suite_gcc() {
	build_main
	tap_run "the tree compiles with gcc -Werror" make -C build -j"$(jobs_n)"
	tap_run "the tests compile with gcc -Werror" make -C build -j"$(jobs_n)" check TESTS=
}

# The tests of tests/db start a PostgreSQL of their own and are a suite of their own.
suite_unit() {
	build_main
	# shellcheck disable=SC2046 # the names are words
	check_tree build $(check_names build | tr ' ' '\n' | grep -v 'test_db_')
}

suite_db() {
	build_main
	# shellcheck disable=SC2046 # the names are words
	check_tree build $(check_names build | tr ' ' '\n' | grep 'test_db_')
}

# The second compiler and the sanitizers share a tree: clang's warnings do not depend on them, and a tree
# less is compiled. -O1 -g1 takes half the compiler's time of -O2 -g.
suite_asan() {
	build_tree build-clang --enable-werror --with-sanitizer=address,undefined CC="$(compiler clang)" CFLAGS="-O1 -g1"
	tap_run "the tree compiles with clang -Werror" make -C build-clang -j"$(jobs_n)"
	tap_run "the tests compile with clang -Werror" make -C build-clang -j"$(jobs_n)" check TESTS=
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1 check_tree build-clang
}

# The programs of the engine that start a second thread: what has only one has no race to find. Those that
# run the same threads again on other data, at many times the cost, are for ./dev test all.
tsan_short='choice|cluster_run|group|kinds|learn|limits|match|passes|settle'
tsan_long="$tsan_short|learn_atom|learn_bounds|learn_joint|reference"

suite_tsan() {
	local names threaded=$tsan_short
	[ -z "${test_long:-}" ] || threaded=$tsan_long
	build_tree build-tsan --with-sanitizer=thread CC="$(compiler gcc)" CFLAGS="-O1 -g1"
	names=$(check_names build-tsan | tr ' ' '\n' | grep -E "^tests/unit/match/test_($threaded)$")
	# shellcheck disable=SC2086 # the names are words
	check_tree build-tsan $names
}

# Compiles all that the tarball holds. Of the tests it runs those that look at files, which are what a
# tarball may lack: the engine's only compute, and those with a PostgreSQL take the migrations that one of
# them takes.
suite_distcheck() {
	local names
	build_tree build-dist CC="$(compiler gcc)"
	names=$(check_names build-dist | tr ' ' '\n' | grep -vE '^(tests/unit/match/|test_read_csv_split$)' |
		grep -vE '^test_db_' | tr '\n' ' ')
	tap_run "make distcheck" make -C build-dist -j"$(jobs_n)" distcheck CMOCKA_MESSAGE_OUTPUT= \
		DISTCHECK_CONFIGURE_FLAGS="CFLAGS=-O1" TESTS="$names test_db_migrate"
}

# ---- suites that need Node or the instance ----

# The tests' own instance: fresh in each run of ./dev test, shared by its suites.
tests_instance=check
need_instance() {
	build_main
	RECON_INSTANCE=$tests_instance instance_existing
	if ! instance_runs || [ ! -f "$json" ]; then
		instance_use "$tests_instance"
		build_web
		instance_up
	fi
}

# Vitest in DIR with its JSON report folded into $tap. The rest are vitest's arguments.
vitest_run() {
	local dir=$1 status=0
	shift
	(cd "$dir" && node "$top/www/node_modules/vitest/vitest.mjs" run --reporter=default --reporter=json \
		--outputFile.json="$out/report.json" "$@") || status=$?
	node tools/dev/tap.mjs "$out/report.json" >>"$tap"
	return $status
}

suite_www() {
	local status=0
	vitest_run www || status=1
	build_web
	[ ! -f www/scripts/size-gate.mjs ] || tap_run "sizes of the bundle" npm --prefix www run test:size || status=1
	return $status
}

# same FILE COMMAND...: FILE is what the command prints.
same() {
	local file=$1
	shift
	"$@" | diff -u "$file" - || {
		printf '%s is not what its generator prints; write it anew with: %s >%s\n' "$file" "$*" "$file"
		return 1
	}
}

# The generators of www write in place: run on a copy.
same_web() {
	local copy=$out/www
	mkdir -p "$copy"
	cp -R www/package.json www/tsconfig.json www/scripts www/src "$copy/"
	cp -R docs src "$out/"
	ln -s "$top/www/node_modules" "$copy/node_modules"
	npm --prefix "$copy" run gen:api
	diff -ru www/src/api "$copy/src/api"
}

suite_drift() {
	local api=build/recon-api status=0
	build_main
	make -s -C build -j"$(jobs_n)"
	tap_run "docs/openapi.json" same docs/openapi.json "$api" --dump-openapi || status=1
	tap_run "nginx/routes.conf" same nginx/routes.conf "$api" --dump-nginx || status=1
	tap_run "www/src/api" same_web || status=1
	return $status
}

suite_api() {
	need_instance
	vitest_run tests/api routes/ story/ hostile/
}

suite_cli() {
	need_instance
	vitest_run tests/api cli/
}

suite_fault() {
	local status=0
	build_main
	make -C build -j"$(jobs_n)" test_fault_matcher
	(cd build && ./test_fault_matcher) >"$out/matcher" || status=1
	cat "$out/matcher"
	sed -nE 's/^(ok|not ok) [0-9]+ - /\1 - matcher: /p' "$out/matcher" >>"$tap"
	need_instance
	vitest_run tests/api fault/ || status=1
	return $status
}

suite_e2e() {
	local status=0
	need_instance
	(cd www && PLAYWRIGHT_JSON_OUTPUT_NAME=$out/report.json node node_modules/@playwright/test/cli.js test \
		--reporter=list,json) || status=$?
	node tools/dev/tap.mjs "$out/report.json" >>"$tap"
	return $status
}

# ---- ./dev itself ----

instance_answers() { curl -sf --max-time 5 --cacert "$inst/tls/cert.pem" -o /dev/null "$url/api/v1/ready"; }

instance_pids() { cat "$run/run/"*.pid "$run/run/supervise.lock"; }

dev_survives_kill_of_all() {
	# shellcheck disable=SC2046 # pids are words
	kill -9 $(instance_pids)
	instance_up && instance_answers
}

dev_survives_kill_of_supervisor() {
	kill -9 "$(supervisor_pid)"
	sleep 1
	! instance_runs && instance_up && instance_answers
}

dev_restarts_crashed() {
	local name pid
	while IFS=$'\t' read -r name _; do
		pid=$(cat "$run/run/$name.pid")
		kill -9 "$pid"
		wait_for 20 "another $name" eval "[ -s '$run/run/$name.pid' ] && [ \"\$(cat '$run/run/$name.pid')\" != $pid ]"
	done <"$inst/conf/table"
	wait_for 30 "the platform" instance_answers
}

dev_down_leaves_nothing() {
	local left
	instance_down
	left=$(instance_leftovers)
	[ -z "$left" ] && [ ! -e "$run" ] && ! instance_runs
}

dev_keeps_port() {
	local before=$port_https
	instance_up
	[ "$before" = "$port_https" ] && instance_answers
}

dev_up_again_changes_nothing() {
	local before
	before=$(instance_pids)
	instance_up
	[ "$before" = "$(instance_pids)" ]
}

suite_dev() {
	local status=0
	tap_run "up" need_instance
	instance_existing
	tap_run "up again changes nothing" dev_up_again_changes_nothing || status=1
	tap_run "each program is started again after kill -9" dev_restarts_crashed || status=1
	tap_run "up after kill -9 of everything" dev_survives_kill_of_all || status=1
	tap_run "up after kill -9 of the supervisor" dev_survives_kill_of_supervisor || status=1
	tap_run "down ends every process" dev_down_leaves_nothing || status=1
	tap_run "up after down, on the same port" dev_keeps_port || status=1
	vitest_run tests/api dev/ || status=1
	return $status
}
