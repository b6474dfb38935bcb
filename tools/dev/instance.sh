# shellcheck shell=bash
# The private instance: its own PostgreSQL cluster, Redis, nginx and all programs, as an unprivileged
# user, under tools/dev/supervise. State is in var/<name> of the checkout (name: "inst", or "check" for
# the tests' own), sockets in a short path under /tmp. Where the unprivileged user cannot enter the
# checkout (a clone in /root, say), var/<name> is a link to a folder under /var/lib/recon-dev.

# shellcheck source=tools/dev/setup.sh
. "$top/tools/dev/setup.sh"
# shellcheck source=tools/dev/build.sh
. "$top/tools/dev/build.sh"

pg_bin=/usr/lib/postgresql/15/bin
roles=(postgres recon_operator recon_auth recon_api recon_upload recon_data recon_intake recon_matcher
	recon_courier recon_auditor)

# instance_use NAME: sets inst, run, shm, user and the paths below for the other functions.
instance_use() {
	instance=${1:-inst}
	inst=$top/var/$instance
	iid=$(printf '%s' "$top/$instance" | sha256sum | cut -c1-8)
	run=/tmp/recon-$iid
	shm=$run
	[ ! -w /dev/shm ] || shm=/dev/shm/recon-$iid
	user=$(id -un)
	! is_root || user=recon-dev
	json=$top/var/$instance.json
	[ "$instance" != inst ] || json=$top/var/instance.json
	export RECON_INSTANCE=$instance RECON_INSTANCE_JSON=$json
	programs=$inst/root/usr/libexec/recon
}

# Runs a command as the instance's user, from the instance's folder. What a build that counts its
# lines (./dev coverage) has counted goes to a folder of that user.
as_user() {
	if is_root; then
		(cd "$inst" && setpriv --reuid="$user" --regid="$user" --init-groups \
			env HOME="$inst" USER="$user" LOGNAME="$user" GCOV_PREFIX="$inst/counters" "$@")
	else
		(cd "$inst" && GCOV_PREFIX="$inst/counters" "$@")
	fi
}

# give DIR...: makes folders that belong to the instance's user alone.
give() {
	mkdir -p "$@"
	chmod 700 "$@"
	! is_root || chown "$user:" "$@"
}

instance_account() {
	is_root || return 0
	id "$user" >/dev/null 2>&1 && return 0
	step "creating the unprivileged account $user for private instances"
	useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
}

instance_folders() {
	mkdir -p "$top/var"
	if [ ! -e "$inst" ]; then
		mkdir "$inst" && chmod 755 "$inst"
		if is_root && ! setpriv --reuid="$user" --regid="$user" --clear-groups test -x "$inst/."; then
			rmdir "$inst"
			mkdir -p "/var/lib/recon-dev/$iid" && chmod 755 /var/lib/recon-dev
			ln -s "/var/lib/recon-dev/$iid" "$inst"
		fi
	fi
	inst=$(cd "$inst" && pwd -P)
	programs=$inst/root/usr/libexec/recon
	if [ -e "$run" ] && [ "$(stat -c %U "$run")" != "$user" ]; then
		die "$run belongs to somebody else"
	fi
	give "$run" "$run/run" "$shm"
	give "$inst/conf" "$inst/log" "$inst/state" "$inst/vault" "$inst/metrics" "$inst/secrets" "$inst/tls" \
		"$inst/redis" "$inst/signatures" "$inst/counters" "$inst/mail"
	chmod 755 "$inst"
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Four ports on 127.0.0.1, chosen once and remembered: HTTPS, plain HTTP (redirects), metrics, and the
# mailbox that stands for the world (SMTP).
instance_ports() {
	local file=$inst/ports candidate
	# shellcheck source=/dev/null
	[ ! -f "$file" ] || . "$file"
	if [ -n "${port_smtp:-}" ]; then
		instance_runs && return 0
		port_is_free "$port_https" && port_is_free "$port_http" && port_is_free "$port_metrics" &&
			port_is_free "$port_smtp" && return 0
	fi
	candidate=$((8443 + 16#${iid:0:3}))
	while ! { port_is_free $candidate && port_is_free $((candidate + 1)) && port_is_free $((candidate + 2)) &&
		port_is_free $((candidate + 3)); }; do
		candidate=$((candidate + 4))
	done
	port_https=$candidate port_http=$((candidate + 1)) port_metrics=$((candidate + 2)) port_smtp=$((candidate + 3))
	printf 'port_https=%d\nport_http=%d\nport_metrics=%d\nport_smtp=%d\n' \
		$port_https $port_http $port_metrics $port_smtp >"$file"
}

instance_certificate() {
	[ -s "$inst/tls/key.pem" ] && return 0
	as_user openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
		-subj "/CN=recon private instance" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
		-keyout tls/key.new -out tls/cert.pem 2>/dev/null
	as_user mv tls/key.new tls/key.pem
}

# ---- installation and configuration ----

# Into the instance as `make install` would on a server, so that the unprivileged user can run it.
instance_install() {
	local newest
	newest=$(find "$tree"/Makefile "$tree"/src "$tree"/recon "$tree"/recon-* www/dist nginx migrations systemd \
		-type f -newer "$inst/root/.installed" -print -quit 2>/dev/null || true)
	[ -f "$inst/root/.installed" ] && [ -z "$newest" ] && return 0
	mkdir -p "$inst/root"
	quiet var/log/install.log make -s -C "$tree" install noinst_PROGRAMS= DESTDIR="$inst/root"
	install -m 755 tools/dev/mailbox.py "$inst/root/mailbox.py"
	chmod -R a+rX "$inst/root"
	touch "$inst/root/.installed"
}

# fill TEMPLATE: the nginx templates with this instance's values.
fill() {
	local brotli='' modules=''
	if [ -f "$brotli_module" ]; then
		brotli='brotli_static on;'
		modules="load_module $brotli_module;"
	fi
	sed -e "s|@SHARE@|$inst/conf/nginx|g" -e "s|@RUN@|$run|g" -e "s|@WWW@|$inst/root/usr/share/recon/www|g" \
		-e "s|@LISTEN_HTTP@|listen 127.0.0.1:$port_http;|" \
		-e "s|@LISTEN_HTTPS@|listen 127.0.0.1:$port_https ssl http2;|" \
		-e "s|@LISTEN_METRICS@|127.0.0.1:$port_metrics|" \
		-e "s|@SERVER_NAME@|localhost 127.0.0.1|" -e "s|@AUTHORITY@|\$host:$port_https|" \
		-e "s|@CERTIFICATE@|$inst/tls/cert.pem|" -e "s|@CERTIFICATE_KEY@|$inst/tls/key.pem|" \
		-e "s|@RATE_AUTH@|100r/s|" -e "s|@BURST_AUTH@|500|g" \
		-e "s|@RATE_API@|2000r/s|" -e "s|@BURST_API@|4000|g" -e "s|@BROTLI@|$brotli|" \
		-e "s|@MODULES@|$modules|" -e "s|@PID@|$run/run/nginx.own.pid|" -e "s|@TEMP@|$shm|" \
		-e "s|@SITES@|$inst/conf/nginx/recon.conf|" -e "s|@ACCESS_LOG@|off|" "$1"
}

brotli_module=/usr/lib/nginx/modules/ngx_http_brotli_static_module.so

write_nginx() {
	local file
	mkdir -p "$inst/conf/nginx"
	rm -f "$inst/conf/nginx/"*
	for file in nginx/*.conf; do cp "$file" "$inst/conf/nginx/"; done
	for file in nginx/*.conf.in; do fill "$file" >"$inst/conf/nginx/$(basename "$file" .in)"; done
}

write_stores() {
	cat >"$inst/conf/redis.conf" <<TEXT
port 0
unixsocket $run/redis.sock
unixsocketperm 700
save ""
appendonly no
daemonize no
dir $inst/redis
maxmemory 256mb
maxmemory-policy noeviction
TEXT
	# The tests' instance loses processes, never the machine: what the kernel holds is safe there, and
	# after kill -9 PostgreSQL need not first write every file of its folder to a slow disk.
	local fsync=on
	[ "$instance" != check ] || fsync=off
	cat >"$inst/conf/postgresql.conf" <<TEXT
listen_addresses = ''
unix_socket_directories = '$run'
unix_socket_permissions = 0700
hba_file = '$inst/conf/pg_hba.conf'
ident_file = '$inst/conf/pg_ident.conf'
shared_buffers = 128MB
max_connections = 120
fsync = $fsync
log_destination = stderr
logging_collector = off
log_timezone = UTC
timezone = UTC
TEXT
	echo "local all all peer map=recon" >"$inst/conf/pg_hba.conf"
	printf "recon $user %s\n" "${roles[@]}" >"$inst/conf/pg_ident.conf"
}

write_recon() {
	cat >"$inst/conf/recon.conf" <<TEXT
# Written by ./dev up; changes are lost.
db.conninfo = host=$run dbname=recon
redis.socket = $run/redis.sock
run.dir = $run
state.dir = $inst/state
metrics.dir = $inst/metrics
vault.dir = $inst/vault
vault.public_key_file = $inst/secrets/vault.pub
vault.private_key_file = $inst/secrets/vault.key
auth.secret_key_file = $inst/secrets/auth.key
scanner.database_dir = $inst/signatures
site.origin = https://127.0.0.1:$port_https
import.ca_file = $inst/tls/cert.pem
courier.public_key_file = $inst/secrets/courier.pub
courier.private_key_file = $inst/secrets/courier.key
smtp.server = 127.0.0.1:$port_smtp
smtp.from = recon@localhost.test
smtp.user = recon
smtp.password_file = $inst/secrets/smtp.password
smtp.ca_file = $inst/tls/cert.pem
audit.private_key_file = $inst/secrets/audit.key
audit.public_key_file = $inst/secrets/audit.pub
audit.checkpoint_file = $inst/state/audit.checkpoints
audit.checkpoint_seconds = 10s
webhook.allow = 127.0.0.0/8
webhook.ca_file = $inst/tls/cert.pem
webhook.retry_seconds = 1s
TEXT
}

# ---- the supervisor's table ----

# row NAME LEVEL SOCKET SIGNAL COMMAND...: the hash of the program and of its configuration is part
# of the row, so that a changed program is a changed row and starts anew.
row() {
	local name=$1 level=$2 socket=$3 signal=$4 hash
	shift 4
	hash=$(cat "$1" "$inst/conf/$(row_conf "$name")" 2>/dev/null | sha256sum | cut -c1-8)
	printf '%s\t%s#%s\t%s\t%s' "$name" "$level" "$hash" "$socket" "$signal"
	printf '\t%s' "$@"
	printf '\n'
}

row_conf() {
	case $1 in
	postgres) echo postgresql.conf ;;
	redis) echo redis.conf ;;
	nginx) echo nginx.hash ;;
	*) echo recon.conf ;;
	esac
}

rows_stores() {
	row postgres 0 - 2 "$pg_bin/postgres" -D "$inst/pg" -c "config_file=$inst/conf/postgresql.conf"
	row redis 0 - 15 /usr/bin/redis-server "$inst/conf/redis.conf"
}

rows_programs() {
	local pool
	for pool in auth api upload data; do
		[ ! -x "$programs/recon-api" ] || row "api-$pool" 1 "stream:$run/api-$pool.sock" 15 \
			"$programs/recon-api" --config "$inst/conf/recon.conf" --pool "$pool"
	done
	[ ! -x "$programs/recon-scanner" ] || row scanner 1 "seqpacket:$run/scanner.sock" 15 \
		"$programs/recon-scanner" --config "$inst/conf/recon.conf"
	for pool in intake matcher auditor courier; do
		[ ! -x "$programs/recon-$pool" ] || row "$pool" 1 - 15 \
			"$programs/recon-$pool" --config "$inst/conf/recon.conf"
	done
	[ ! -d /usr/lib/python3/dist-packages/aiosmtpd ] || row mailbox 1 - 15 "$inst/root/mailbox.py" "$port_smtp" \
		"$inst/tls/cert.pem" "$inst/tls/key.pem" "$inst/secrets/smtp.password" "$inst/mail"
	cat "$inst"/conf/nginx/*.conf >"$inst/conf/nginx.hash"
	row nginx 2 - 3 /usr/sbin/nginx -e stderr -c "$inst/conf/nginx/main.conf"
}

# ---- life ----

supervisor_pid() { cat "$run/run/supervise.lock" 2>/dev/null || true; }

# The lock, not the pid, says whether it runs.
instance_runs() {
	[ -e "$run/run/supervise.lock" ] && ! flock --nonblock "$run/run/supervise.lock" true
}

# What a killed supervisor could not end: processes of ours, known by program and working folder.
instance_leftovers() {
	local proc exe cwd
	for proc in /proc/[0-9]*; do
		exe=$(readlink "$proc/exe" 2>/dev/null) || continue
		case ${exe##*/} in postgres | redis-* | nginx | recon-* | python3*) ;; *) continue ;; esac
		cwd=$(readlink "$proc/cwd" 2>/dev/null) || continue
		case $cwd/ in "$inst"/*) printf '%s\n' "${proc#/proc/}" ;; esac
	done
}

instance_sweep() {
	local pids i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		pids=$(instance_leftovers)
		[ -n "$pids" ] || return 0
		# shellcheck disable=SC2086 # pids are words
		if [ "$i" -lt 3 ]; then kill $pids 2>/dev/null || true; else kill -9 $pids 2>/dev/null || true; fi
		sleep 0.3
	done
}

# Installs the table given on stdin and makes the supervisor follow it.
supervise_table() {
	cat >"$inst/conf/table.new"
	if instance_runs && cmp -s "$inst/conf/table.new" "$inst/conf/table"; then return 0; fi
	mv "$inst/conf/table.new" "$inst/conf/table"
	! is_root || chown "$user:" "$inst/conf/table"
	if instance_runs; then
		kill -HUP "$(supervisor_pid)"
		return 0
	fi
	rm -f "$run/run/"*.stopped
	install -m 755 "$tree"/tools/dev/supervise "$inst/root/supervise"
	as_user setsid "$inst/root/supervise" "$inst/conf/table" "$run/run" "$inst/log" \
		</dev/null >>"$top/var/log/$instance-supervise.log" 2>&1 &
	disown
	wait_for 5 "the supervisor" instance_runs
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || die "$what did not come up; see ./dev status and var/$instance/log/"
		sleep 0.1
	done
}

pg() { as_user psql -X -q -v ON_ERROR_STOP=1 -h "$run" -U postgres "$@"; }
pg_answers() { pg -d postgres -c 'SELECT 1'; }
redis_answers() { as_user redis-cli -s "$run/redis.sock" ping | grep -q PONG; }
http_answers() { curl -sf --max-time 2 --cacert "$inst/tls/cert.pem" "$url$1"; }

instance_database() {
	if [ ! -f "$inst/pg/.complete" ]; then
		step "creating the PostgreSQL cluster"
		rm -rf "$inst/pg"
		give "$inst/pg"
		quiet var/log/initdb.log as_user "$pg_bin/initdb" -D "$inst/pg" -U postgres -A peer -E UTF8 --locale=C.UTF-8
		as_user touch "$inst/pg/.complete"
	fi
}

# Roles, database, migrations.
instance_schema() {
	[ -f migrations/bootstrap.sql ] || return 0
	pg -d postgres -f - <migrations/bootstrap.sql >"$top/var/log/bootstrap.log" 2>&1 ||
		die "bootstrap.sql failed (var/log/bootstrap.log)"
	[ -x "$inst/root/usr/bin/recon" ] || return 0
	quiet var/log/migrate.log recon_command migrate up --dir "$inst/root/usr/share/recon/migrations" ||
		die "the instance's data does not fit this checkout's migrations; ./dev reset starts with none"
}

# The built command line against the instance.
recon_command() { as_user "$inst/root/usr/bin/recon" --config "$inst/conf/recon.conf" "$@"; }

instance_secrets() {
	# Scanning is shown with a signature of the EICAR test file; a server uses freshclam's signatures.
	cp tests/data/clamav/*.ndb "$inst/signatures/"
	! is_root || chown -R "$user:" "$inst/signatures"
	[ -s "$inst/secrets/auth.key" ] || as_user sh -c 'umask 077; head -c 32 /dev/urandom >secrets/auth.key'
	[ -s "$inst/secrets/smtp.password" ] ||
		as_user sh -c 'umask 077; head -c 18 /dev/urandom | base64 >secrets/smtp.password'
	[ -s "$inst/secrets/courier.key" ] || recon_command vault keygen --public "$inst/secrets/courier.pub" --private "$inst/secrets/courier.key"
	[ -s "$inst/secrets/vault.key" ] || recon_command vault keygen --public "$inst/secrets/vault.pub" --private "$inst/secrets/vault.key"
	[ -s "$inst/secrets/audit.key" ] || recon_command audit keygen --public "$inst/secrets/audit.pub" --private "$inst/secrets/audit.key"
}

instance_json() {
	cat >"$json" <<TEXT
{
  "url": "$url",
  "ca": "$inst/tls/cert.pem",
  "http": "http://127.0.0.1:$port_http",
  "metrics": "http://127.0.0.1:$port_metrics/metrics",
  "name": "$instance",
  "dev": "$top/dev",
  "dirs": { "inst": "$inst", "run": "$run", "log": "$inst/log", "vault": "$inst/vault", "mail": "$inst/mail" }
}
TEXT
}

instance_up() {
	instance_account
	instance_folders
	instance_runs || instance_sweep
	instance_ports
	url=https://127.0.0.1:$port_https
	export NODE_EXTRA_CA_CERTS=$inst/tls/cert.pem
	instance_install
	instance_certificate
	write_stores
	write_nginx
	write_recon
	instance_secrets
	instance_database
	! is_root || chown -R "$user:" "$inst/conf"
	rows_stores >"$inst/conf/rows.stores"
	if ! instance_runs; then supervise_table <"$inst/conf/rows.stores"; fi
	wait_for 60 PostgreSQL pg_answers
	wait_for 10 Redis redis_answers
	instance_schema
	{
		cat "$inst/conf/rows.stores"
		rows_programs
	} | supervise_table
	wait_for 15 nginx curl -s --max-time 2 --cacert "$inst/tls/cert.pem" -o /dev/null "$url/"
	[ ! -x "$programs/recon-api" ] || wait_for 30 "the platform" http_answers /api/v1/ready
	instance_json
}

instance_down() {
	local i
	if instance_runs; then
		kill -TERM "$(supervisor_pid)"
		for i in $(seq 300); do
			instance_runs || break
			sleep 0.1
		done
		! instance_runs || kill -KILL "$(supervisor_pid)"
	fi
	[ ! -e "$inst" ] || instance_sweep
	rm -rf "$run" "$shm"
}

# The instance that commands speak to; the tests set RECON_INSTANCE for theirs.
instance_existing() {
	instance_use "${RECON_INSTANCE:-inst}"
	[ -e "$inst" ] || return 0
	inst=$(cd "$inst" && pwd -P)
	programs=$inst/root/usr/libexec/recon
	# shellcheck source=/dev/null
	[ ! -f "$inst/ports" ] || . "$inst/ports"
	url=https://127.0.0.1:${port_https:-0}
	export NODE_EXTRA_CA_CERTS=$inst/tls/cert.pem
}

# instance_forget NAME: ends it and deletes its state, but not what it logged last.
instance_forget() {
	RECON_INSTANCE=$1 instance_existing
	[ -e "$inst" ] || return 0
	instance_down
	rm -rf "$inst"
	[ ! -L "$top/var/$1" ] || rm -f "$top/var/$1"
}

# ---- commands ----

cmd_up() {
	cmd_build
	instance_use "${RECON_INSTANCE:-inst}"
	step "starting the private instance"
	instance_up
	say "running at $url (certificate: var/$instance/tls/cert.pem)"
}

cmd_down() {
	instance_existing
	instance_down
}

cmd_status() {
	local name pid state
	instance_existing
	if ! instance_runs; then
		say "not running"
		return 1
	fi
	say "$url"
	while IFS=$'\t' read -r name _; do
		pid=$(cat "$run/run/$name.pid" 2>/dev/null || true)
		state="running, pid $pid"
		[ -n "$pid" ] || state="not running (var/$instance/log/$name.log)"
		[ ! -e "$run/run/$name.stopped" ] || state=stopped
		printf '  %-12s %s\n' "$name" "$state"
	done <"$inst/conf/table"
}

# Prints a one-time link. Without an address: the demo's account, which is an administrator.
cmd_sign_in() {
	instance_existing
	instance_runs || die "the instance does not run: ./dev up"
	[ $# -gt 0 ] || set -- demo@example.com --administrator
	recon_command user sign-in "$@"
}

program_known() {
	instance_existing
	instance_runs || die "the instance does not run"
	cut -f1 "$inst/conf/table" | grep -qxF -- "${1:-}" || die "usage: ./dev stop|start NAME, with a name of ./dev status"
}

cmd_stop() {
	program_known "$@"
	touch "$run/run/$1.stopped"
	kill -HUP "$(supervisor_pid)"
	wait_for 15 "the end of $1" test ! -e "$run/run/$1.pid"
}

cmd_start() {
	program_known "$@"
	rm -f "$run/run/$1.stopped"
	kill -HUP "$(supervisor_pid)"
	wait_for 15 "$1" test -e "$run/run/$1.pid"
}

cmd_restart() {
	cmd_stop "$@"
	cmd_start "$@"
}

cmd_reset() { instance_forget inst; }

cmd_clean() {
	instance_forget inst
	instance_forget check
	instance_forget counted
	rm -rf "${top:?}/var" "$top"/build "$top"/build-*/ "$top/www/dist"
}
