# shellcheck shell=bash
# Running what was built: the command line, and the front end's development server.

# shellcheck source=tools/dev/instance.sh
. "$top/tools/dev/instance.sh"

# `recon match` and `recon read` need no server and read the caller's own files; every other command
# speaks to the private instance as its operator.
cmd_recon() {
	case ${1:-} in
	match | read | help | --help | --version | '')
		[ -x "$tree/recon" ] || cmd_build >&2
		cd "$here" || exit
		exec "$top/$tree/recon" "$@"
		;;
	import | watch)
		# A client of the instance like any other: the caller's files, the caller's key.
		instance_existing
		cd "$here" || exit
		exec "$top/$tree/recon" --config "$inst/conf/recon.conf" "$@"
		;;
	esac
	instance_existing
	instance_runs || die "the instance does not run: ./dev up"
	recon_here "$@"
}

# Migrations come from the instance's installation unless others are named.
recon_here() {
	case " $* " in
	*" migrate "*" --dir "*) ;;
	*" migrate "*) set -- "$@" --dir "$inst/root/usr/share/recon/migrations" ;;
	esac
	recon_command "$@"
}

cmd_web() {
	cmd_up
	say "the front end with hot reload, against $url:"
	cd www || exit
	exec node node_modules/vite/bin/vite.js "$@"
}
