# shellcheck shell=bash
# Running what was built: the command line, and the front end's development server.

# shellcheck source=tools/dev/instance.sh
. "$top/tools/dev/instance.sh"

# `recon match` needs no server and reads the caller's own files; every other command speaks to the
# private instance as its operator.
cmd_recon() {
	case ${1:-} in
	match | help | --help | --version | '')
		[ -x build/recon ] || cmd_build >&2
		cd "$here" || exit
		exec "$top/build/recon" "$@"
		;;
	esac
	instance_existing
	instance_runs || die "the instance does not run: ./dev up"
	recon_command "$@"
}

cmd_web() {
	cmd_up
	say "the front end with hot reload, against $url:"
	cd www || exit
	npm run dev
}
