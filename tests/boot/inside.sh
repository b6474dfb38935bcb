#!/bin/bash
# Runs inside the booted system, once: installs by docs/install.md, then the tests of boot.test.ts. What
# it prints and the reports go to /var/lib/boot for the outside; then the machine is switched off.
cd /srv/recon || exit
out=/var/lib/boot
exec >"$out/log" 2>&1
trap 'journalctl --no-pager >"$out/journal"; systemctl --no-block poweroff' EXIT

# No network: one signature in place of those that freshclam would bring.
install -m 644 tests/data/clamav/*.ndb /var/lib/clamav/
echo '127.0.0.1 recon.example.com' >>/etc/hosts

awk -f tests/boot/steps.awk docs/install.md >"$out/steps"
if bash -eux "$out/steps" >"$out/steps.log" 2>&1; then
	echo ok >"$out/installed"
else
	cat "$out/steps.log"
	journalctl --no-pager -n 200
	exit 1
fi

cat >"$out/instance.json" <<'TEXT'
{
  "url": "https://recon.example.com", "ca": "/etc/recon/tls/cert.pem", "http": "http://recon.example.com",
  "metrics": "http://127.0.0.1:9378/metrics", "name": "boot", "dev": "/srv/recon/tests/boot/dev",
  "dirs": { "inst": "/", "run": "/run/recon", "log": "/var/log", "vault": "/var/lib/recon/vault" }
}
TEXT
export RECON_INSTANCE_JSON=$out/instance.json NODE_EXTRA_CA_CERTS=/etc/recon/tls/cert.pem NO_COLOR=1
cd tests/api || exit
../../var/toolchain/bin/node ../../www/node_modules/vitest/vitest.mjs run --configLoader runner \
	--reporter=default --reporter=json --outputFile.json="$out/report.json" boot/
