# shellcheck shell=bash
# Lines that tests run, per folder of src, with the least that is accepted. A tree that counts its lines
# runs the unit and database tests, and the black-box suites against an instance of its own: both are
# ways to run the same sources, and what only one of them reaches is tested all the same.

# shellcheck source=tools/dev/instance.sh
. "$top/tools/dev/instance.sh"
# shellcheck source=tools/dev/test.sh
. "$top/tools/dev/test.sh"
# shellcheck source=tools/dev/suites.sh
. "$top/tools/dev/suites.sh"

coverage_least=85
coverage_least_core=95
coverage_core='match seal domain col'

suite_units() { check_tree "$tree"; }

# The programs count as the instance's user, into a folder of it; what they counted is written when
# they end, so the instance ends before its counters are added to those of the unit tests.
coverage_live() {
	suite_run api
	suite_run cli
	RECON_INSTANCE=$tests_instance instance_existing
	instance_down
	[ -d "$inst/counters$top/$tree" ] || die "the instance counted nothing; see var/$tests_instance/log/"
	rm -rf "$top/var/coverage/counters"
	quiet var/log/coverage-merge.log gcov-tool merge -o "$top/var/coverage/counters" "$top/$tree" "$inst/counters$top/$tree"
	cp -R "$top/var/coverage/counters/." "$top/$tree/"
}

coverage_report() {
	gcovr --root . --object-directory "$tree" --filter 'src/' \
		--gcov-ignore-parse-errors --json-summary var/coverage/summary.json \
		--html-details var/coverage/index.html >/dev/null
	node tools/dev/coverage.mjs var/coverage/summary.json "$coverage_least" "$coverage_least_core" "$coverage_core"
}

cmd_coverage() {
	cmd_setup all
	tree=build-cov
	tree_options=(--enable-coverage CFLAGS=-g)
	tests_instance=counted
	export RECON_TREE=$tree NO_COLOR=1 FORCE_COLOR=0
	instance_forget counted
	build_programs
	mkdir -p var/coverage "$test_dir"
	find "$tree" -name '*.gcda' -delete
	trap 'instance_forget counted' EXIT
	suite_run units
	coverage_live
	coverage_report
}
