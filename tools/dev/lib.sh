# shellcheck shell=bash
# What all parts of ./dev share: output, paths, the unprivileged account, small helpers.
# Sourced by ./dev with $top set to the checkout.

say() { printf '%s\n' "$*"; }
step() { printf '== %s\n' "$*"; }
warn() { printf 'dev: %s\n' "$*" >&2; }
die() {
	warn "$*"
	exit 1
}
have() { type -P "$1" >/dev/null; }
is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs a command as root: directly, or through sudo, or says what somebody else has to run.
as_root() {
	if is_root; then
		"$@"
	elif have sudo; then
		sudo "$@"
	else
		die "this needs root and there is no sudo; ask an administrator to run: $*"
	fi
}

jobs_n() { nproc 2>/dev/null || echo 2; }

# A checkout is known by eight hex digits of its path: its sockets live in a short folder of that name.
instance_id() { printf '%s' "$top" | sha256sum | cut -c1-8; }

# The Node that www/ pins comes first (setup.sh bootstraps it with whatever Node is there). Debian's
# commands for administrators are not on every user's path.
export PATH="$top/var/toolchain/bin:$top/www/node_modules/.bin:$PATH:/usr/sbin:/sbin"
export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

# npm as installed, run by the pinned Node; Debian's npm finds its modules in Debian's places only.
npm() { NODE_PATH=/usr/share/nodejs:/usr/lib/nodejs command npm "$@"; }

# compiler NAME: the compiler, through ccache where that is installed.
compiler() {
	if have ccache; then printf 'ccache %s' "$1"; else printf '%s' "$1"; fi
}

# quiet LOG COMMAND...: runs a command with its output in LOG; shows the end of it on failure.
quiet() {
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 && return 0
	local status=$?
	tail -n 30 "$log" >&2
	warn "failed: $* (whole output: $log)"
	return $status
}
