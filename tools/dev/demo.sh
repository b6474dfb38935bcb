# shellcheck shell=bash
# The demo: everything from nothing to a reconciled sample in a running instance, which stays up.

# shellcheck source=tools/dev/instance.sh
. "$top/tools/dev/instance.sh"

cmd_demo() {
	cmd_up
	step "reconciling the sample through $url"
	node --disable-warning=ExperimentalWarning tools/dev/demo.ts "$top/var/demo.json" tests/data/sample
	say ""
	say "   open      $url"
	say "   sign in   $(cmd_sign_in)   (once; choose a password)"
	say "   written   var/demo.json (with an API key); ./dev down ends it"
}
