# shellcheck shell=bash
# Static checks: the suites lint and systemd. Each tool is one test. What is switched off stands here or
# in the tool's own file with its reason; a suppression in the code needs one on the same line.

# err.c cannot be analysed beside the macros that stand for it (RECON_ANALYSE in err.h).
lint_libraries='json-c libpq libcrypto libsodium liboath hiredis libseccomp libsystemd libutf8proc zlib libzstd libcurl libclamav cmocka'

lint_sources() {
	git ls-files -co --exclude-standard 'src/*.c' 'tools/*.c' 'tests/perf/*.c' | grep -v '^src/base/err\.c$'
}

lint_flags() {
	local library
	printf '%s ' -std=gnu17 -D_GNU_SOURCE -DHAVE_CONFIG_H -DRECON_ANALYSE -Isrc -Ibuild/src -Ibuild -I/usr/include/fastcgi
	for library in $lint_libraries; do pkg-config --cflags "$library" 2>/dev/null || true; done
}

# malloc-leak: gcc 12 takes a struct returned by value for a leak of what it points to; LeakSanitizer
# watches every unit test. possible-null-argument: it forgets a check that was made through a member of
# a struct in another function; clang's analyzer does not.
lint_gcc() {
	local flags
	flags=$(lint_flags | tr '\n' ' ')
	# shellcheck disable=SC2086 # flags are words
	lint_sources | xargs -P"$(jobs_n)" -n1 gcc -fanalyzer -Wno-analyzer-malloc-leak -Wno-analyzer-possible-null-argument -Werror -O1 -c -o /dev/null $flags
}

# clang's analyzer walks so many states of a function. Its own bound is the long one, which takes eight
# times the time, more than the rest of a whole test run: that is for ./dev lint and ./dev test all.
lint_states_short=25000
lint_states_long=225000

lint_clang_tidy() {
	local flags states=$lint_states_short
	[ -z "${test_long:-}" ] || states=$lint_states_long
	flags="$(lint_flags | tr '\n' ' ') -Xclang -analyzer-config -Xclang max-nodes=$states"
	# shellcheck disable=SC2086,SC2016 # flags are words; $@ is the inner shell's
	lint_sources | xargs -P"$(jobs_n)" -n2 sh -c \
		'f=$0; clang-tidy --quiet "$@" -- '"${flags//\'/}"' 2>"/tmp/recon-tidy.$$"; s=$?
		[ $s -eq 0 ] || cat "/tmp/recon-tidy.$$"; rm -f "/tmp/recon-tidy.$$"; exit $s' tidy
}

# memleak: cppcheck does not know the cleanup attribute. internalAstError: nor vector extensions.
# syntaxError: nor X-macros in initialisers, and the compilers do. duplicateAssignExpression: two cursors that start at the same place are not a mistake.
lint_cppcheck() {
	lint_sources | cppcheck --quiet -j"$(jobs_n)" --enable=warning,performance,portability --std=c11 \
		--inline-suppr --suppress=memleak --suppress=internalAstError --suppress=syntaxError --suppress=duplicateAssignExpression \
		--error-exitcode=1 -Isrc -Ibuild --file-list=-
}

lint_shell() {
	git ls-files -co --exclude-standard dev tests/boot/dev '*.sh' .ci/run | xargs shellcheck -x
}

lint_biome() {
	local dir status=0
	for dir in www tests/api tools/dev; do
		(cd "$dir" && biome ci --colors=off --error-on-warnings .) || status=1
	done
	return $status
}

lint_tsc() { tsc --noEmit -p www && tsc --noEmit -p tests/api; }

# A suppression that gives no reason, or a list of them that grew unseen, is a defect.
lint_suppressions() {
	local found bad
	found=$(git grep -nE 'NOLINT|cppcheck-suppress|shellcheck disable=|biome-ignore|@ts-expect-error|#pragma (GCC|clang) diagnostic ignored' \
		-- '*.c' '*.h' '*.sh' '*.ts' '*.tsx' '*.mjs' dev .ci ':!tools/dev/lint.sh' || true)
	printf '%s\n' "$found"
	bad=$(grep -vE 'shell=|(NOLINT[A-Z]*(\([^)]*\))?:? *|cppcheck-suppress [A-Za-z]+ *(;|//|#)? *|disable=[SC0-9,]+ # *|biome-ignore [^:]+: *|@ts-expect-error *|ignored "[^"]+" */[/*] *)[A-Za-z].{5,}' <<<"$found" | grep . || true)
	printf '%d suppressions in the sources\n' "$(grep -c . <<<"$found" || true)"
	[ -z "$bad" ] || {
		printf 'without a reason:\n%s\n' "$bad"
		return 1
	}
}

# Words that do not belong into a delivered tree.
lint_words() {
	! git grep -nIE '\b(TODO|FIXME|HACK)\b|XXX:' -- '*.c' '*.h' '*.def' '*.ts' '*.tsx' '*.sh' '*.sql' '*.mk' dev ':!tools/dev/lint.sh'
}

# The site as the private instance has it.
lint_nginx() {
	instance_existing
	as_user /usr/sbin/nginx -t -q -e stderr -c "$inst/conf/nginx/main.conf"
}

suite_lint() {
	local status=0
	build_main
	make -s -C build -j"$(jobs_n)"
	tap_run "gcc -fanalyzer" lint_gcc || status=1
	tap_run "clang-tidy" lint_clang_tidy || status=1
	tap_run "cppcheck" lint_cppcheck || status=1
	tap_run "shellcheck" lint_shell || status=1
	tap_run "biome" lint_biome || status=1
	tap_run "tsc" lint_tsc || status=1
	tap_run "every suppression has a reason" lint_suppressions || status=1
	tap_run "no unfinished places" lint_words || status=1
	return $status
}

# ---- systemd and nginx, as make install lays them out ----

units_verify() { # ROOT
	local unit message status=0
	for unit in recon.target recon-scanner.service recon-intake.service recon-matcher.service recon-auditor.service recon-courier.service \
		recon-expire.service recon-expire.timer recon-watch.service recon-api@auth.service recon-api@api.service recon-api@upload.service recon-api@data.service; do
		message=$(systemd-analyze verify --root="$1" --man=no --recursive-errors=no "$unit" 2>&1) || status=1
		[ -z "$message" ] || {
			printf '%s: %s\n' "$unit" "$message"
			status=1
		}
	done
	return $status
}

# units_exposure ROOT UNIT LIMIT: the overall exposure of a unit, in tenths.
units_exposure() {
	local level
	level=$(systemd-analyze security --offline=yes --root="$1" --no-pager "$2" 2>/dev/null |
		sed -nE 's/.*Overall exposure level.*: ([0-9.]+) .*/\1/p')
	printf '%s: %s, at most %s\n' "$2" "${level:-unknown}" "$3"
	[ -n "$level" ] && awk -v l="$level" -v m="$3" 'BEGIN { exit !(l <= m) }'
}

suite_systemd() {
	local root=$out/root unit status=0
	build_main
	tap_run "make install DESTDIR" make -s -C build install DESTDIR="$root"
	# Units name binaries and units of the system: those that verification looks for are made present.
	mkdir -p "$root/usr/sbin" "$root/etc" "$root/lib/systemd"
	cp /usr/sbin/nginx "$root/usr/sbin/"
	cp /etc/passwd /etc/group "$root/etc/"
	cp -R /lib/systemd/system/. "$root/usr/lib/systemd/system/"
	ln -sfn ../../usr/lib/systemd/system "$root/lib/systemd/system"
	tap_run "systemd-sysusers takes the accounts" systemd-sysusers --dry-run --root="$root" recon-users.conf || status=1
	tap_run "systemd-analyze verify says nothing" units_verify "$root" || status=1
	for unit in recon-matcher.service recon-scanner.service; do
		tap_run "$unit is confined" units_exposure "$root" "$unit" 0.6 || status=1
	done
	for unit in recon-auditor.service recon-expire.service recon-courier.service recon-intake.service recon-api@auth.service recon-api@api.service recon-api@upload.service \
		recon-api@data.service recon-watch.service; do
		tap_run "$unit is confined" units_exposure "$root" "$unit" 1.3 || status=1
	done
	tap_run "nginx.service is confined" units_exposure "$root" nginx.service 2.0 || status=1
	need_instance
	tap_run "nginx -t" lint_nginx || status=1
	return $status
}

cmd_lint() {
	# shellcheck source=tools/dev/test.sh
	. "$top/tools/dev/test.sh"
	test_long=1
	cmd_test lint systemd
}
