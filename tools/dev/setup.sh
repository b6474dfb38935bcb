# shellcheck shell=bash
# Debian packages and Node modules: installs what is missing and nothing else, and says why.

# packages_of GROUP...: the names in tools/dev/packages.txt of these groups.
packages_of() {
	local group
	for group; do
		awk -v g="$group" '!/^#/ && $2 == g { print $1 }' "$top/tools/dev/packages.txt"
	done
}

packages_missing() {
	local installed name
	installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | awk '$2 == "installed" { print $1 }')
	while read -r name; do
		grep -qxF -- "$name" <<<"$installed" && continue
		# Another package may provide the command already (NodeSource's nodejs brings its own npm).
		case $name in nodejs | npm) have "${name/nodejs/node}" && continue ;; esac
		printf '%s\n' "$name"
	done
}

# A package that starts a server at once would take ports and memory that the private instance
# does not use: services that come with this installation are left stopped and disabled.
packages_install() {
	local guard=/usr/sbin/policy-rc.d made_guard=0 service
	if [ ! -e $guard ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee $guard >/dev/null
		as_root chmod 755 $guard
		made_guard=1
	fi
	local status=0
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update || warn "apt-get update failed; trying with the present lists"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" \
		>"$top/var/log/apt.log" 2>&1 || status=$?
	[ $made_guard -eq 0 ] || as_root rm -f $guard
	if [ $status -ne 0 ]; then
		tail -n 20 "$top/var/log/apt.log" >&2
		die "apt-get install failed (var/log/apt.log)"
	fi
	if [ -d /run/systemd/system ]; then
		for service; do
			case $service in
			postgresql-15) as_root systemctl disable --quiet postgresql.service || true ;;
			openssh-server) as_root systemctl disable --quiet ssh.service || true ;;
			redis-server | nginx) as_root systemctl disable --quiet "$service.service" || true ;;
			esac
		done
	fi
}

setup_packages() {
	local missing name
	have apt-get || die "./dev setup knows Debian 12 and its relatives only; see tools/dev/packages.txt"
	mapfile -t missing < <(packages_of "$@" | packages_missing)
	[ ${#missing[@]} -gt 0 ] || return 0
	step "installing ${#missing[@]} Debian packages with apt"
	for name in "${missing[@]}"; do
		awk -v n="$name" '$1 == n { $2 = ""; name = $1; $1 = ""; sub(/^ +/, ""); printf "   %-32s %s\n", name, $0 }' \
			"$top/tools/dev/packages.txt"
	done
	mkdir -p "$top/var/log"
	packages_install "${missing[@]}"
}

# The pinned Node alone, from the entry (with its checksum) in www's lock file: packages that need a
# newer Node than Debian's are left out silently when Debian's Node installs them.
setup_toolchain() {
	local dir=$top/var/toolchain pin
	pin=$(grep -A3 '"node_modules/node-linux-' "$top/www/package-lock.json")
	[ "$pin" != "$(cat "$dir/.dev-pin" 2>/dev/null)" ] || return 0
	step "installing the Node that www/package.json pins"
	rm -rf "$dir"
	mkdir -p "$dir/bin"
	hash -r
	node "$top/tools/dev/toolchain.mjs" "$top/www/package-lock.json" "$dir"
	(cd "$dir" && quiet "$top/var/log/toolchain.log" npm ci --no-audit --no-fund)
	(cd "$dir/bin" && ln -s ../node_modules/node-linux-*/bin/node node)
	printf '%s\n' "$pin" >"$dir/.dev-pin"
	hash -r
}

# The front end's packages arrive while the programs are compiled (build.sh waits for them).
# npm ci wipes node_modules, so it runs only when the lock file differs from what is installed.
setup_node() {
	local stamp=$top/www/node_modules/.dev-lock
	[ -f "$top/www/package-lock.json" ] || return 0
	cmp -s "$top/www/package-lock.json" "$stamp" && return 0
	step "installing the front end's packages (npm ci)"
	(cd "$top/www" && quiet "$top/var/log/npm.log" npm ci --no-audit --no-fund --prefer-offline)
	cp "$top/www/package-lock.json" "$stamp"
}

cmd_setup() {
	case ${1:-run} in
	run) setup_packages run ;;
	all) setup_packages run test ;;
	*) die "usage: ./dev setup [all]" ;;
	esac
	setup_toolchain
	setup_node
}
