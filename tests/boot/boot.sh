# shellcheck shell=bash
# The suite "boot": a Debian 12 with systemd in a folder, `make install` into it, and a boot. The tree is
# made once from the packages that docs/install.md names and copied for each run.

boot_tree=$top/var/boot

# The packages of step 2, and what the tests need beside them.
boot_packages() {
	awk -f tests/boot/steps.awk docs/install.md | sed -n '/^apt-get install/,/[^\\]$/p' |
		tr -s ' \t\\\n' '\n' | grep -vE '^(apt-get|install|-.*)?$'
	printf '%s\n' systemd systemd-sysv dbus procps libstdc++6 libatomic1
}

boot_base() {
	local wanted
	wanted=$(boot_packages | sort | paste -sd,)
	[ "$wanted" != "$(cat "$boot_tree/packages" 2>/dev/null)" ] || return 0
	rm -rf "$boot_tree"
	mkdir -p "$boot_tree"
	mmdebstrap --quiet --variant=minbase --include="$wanted" --aptopt='APT::Install-Recommends "false"' \
		bookworm "$boot_tree/base.tar" \
		"deb http://deb.debian.org/debian bookworm main" \
		"deb http://deb.debian.org/debian bookworm-updates main" \
		"deb http://deb.debian.org/debian-security bookworm-security main"
	printf '%s' "$wanted" >"$boot_tree/packages"
}

boot_unit() {
	cat <<'TEXT'
[Unit]
Description=The tests of the booted system
After=postgresql.service redis-server.service nginx.service systemd-user-sessions.service
[Service]
Type=oneshot
TimeoutStartSec=900
ExecStart=/srv/recon/tests/boot/inside.sh
[Install]
WantedBy=multi-user.target
TEXT
}

boot_install() { # ROOT
	tar -C "$1" -xf "$boot_tree/base.tar"
	make -s -C "$tree" install DESTDIR="$1"
	mkdir -p "$1/var/lib/boot" "$1/srv/recon" "$1/etc/systemd/system/multi-user.target.wants"
	boot_unit >"$1/etc/systemd/system/boot-test.service"
	ln -s ../boot-test.service "$1/etc/systemd/system/multi-user.target.wants/boot-test.service"
}

boot_run() { # ROOT
	timeout 1200 systemd-nspawn --quiet --boot --private-network --register=no --keep-unit --console=pipe \
		--hostname=recon --bind-ro="$top:/srv/recon" -D "$1"
}

boot_installed() { [ -e "$1/var/lib/boot/installed" ] || { cat "$1/var/lib/boot/log" && return 1; }; }

suite_boot() {
	local root=$boot_tree/root status=0
	build_main
	make -s -C "$tree" -j"$(jobs_n)"
	build_web
	if ! is_root; then
		tap_skip "a booted system" "systemd-nspawn needs root"
		return 0
	fi
	rm -rf "$root"
	tap_run "a tree of Debian's packages" boot_base || return 1
	mkdir -p "$root"
	tap_run "make install DESTDIR" boot_install "$root" || return 1
	tap_run "it boots and switches itself off" boot_run "$root" || status=1
	tap_run "every step of docs/install.md" boot_installed "$root" || return 1
	cat "$root/var/lib/boot/log"
	node tools/dev/tap.mjs "$root/var/lib/boot/report.json" >>"$tap"
	[ $status -eq 0 ] && ! grep -q '^not ok' "$tap"
}
