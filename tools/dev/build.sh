# shellcheck shell=bash
# Compiling out of tree. The C programs go to build/ (and build-NAME/ for the tests' other compilers
# and sanitizers), the front end to www/dist. Every step runs only when its inputs changed.

build_bootstrap() {
	[ -x configure ] && ! find configure.ac m4 -newer configure 2>/dev/null | grep -q . && return 0
	step "autoreconf"
	mkdir -p m4
	quiet var/log/autoreconf.log autoreconf -fi
}

# build_tree DIR ARGS...: configures DIR with ARGS unless it was configured with just these.
build_tree() {
	local dir=$1 wanted
	shift
	wanted=$(printf '%s\n' "$@")
	build_bootstrap
	if [ ! -f "$dir/Makefile" ] || [ "$wanted" != "$(cat "$dir/.dev-args" 2>/dev/null)" ]; then
		mkdir -p "$dir"
		(cd "$dir" && quiet "$top/var/log/configure-${dir##*/}.log" ../configure --quiet "$@")
		printf '%s\n' "$wanted" >"$dir/.dev-args"
	fi
}

# The tree that instances run and suites test; ./dev coverage names another one.
tree=${RECON_TREE:-build}
tree_options=(--enable-werror)

# The paths are those of an installation by a Debian package, so that DESTDIR gives the instance the
# tree that an administrator would have.
build_main() {
	build_tree "$tree" --prefix=/usr --sysconfdir=/etc --localstatedir=/var CC="$(compiler gcc)" "${tree_options[@]}"
}

# build_programs [ARG...]: everything, or what make's arguments say.
build_programs() {
	build_main
	quiet "var/log/make-$tree.log" make -C "$tree" -j"$(jobs_n)" "$@"
}

# True when anything under www that goes into the bundle is newer than the bundle.
web_is_stale() {
	[ -f www/dist/index.html ] || return 0
	find www \( -name node_modules -o -name dist -o -name e2e -o -name coverage -o -name test-results \) -prune \
		-o -type f ! -name '*.test.ts*' -newer www/dist/index.html -print | grep -q .
}

build_web() {
	[ -f www/package.json ] || return 0
	web_is_stale || return 0
	step "building the front end"
	quiet var/log/web.log npm --prefix www run build
	touch www/dist/index.html
}

cmd_build() {
	# shellcheck source=tools/dev/setup.sh
	. "$top/tools/dev/setup.sh"
	setup_packages run
	setup_toolchain
	setup_node &
	trap wait EXIT # nothing goes on behind a failed build
	step "building"
	build_programs noinst_PROGRAMS=tools/dev/supervise # benchmarks and fuzz targets are not run here
	wait $!
	trap - EXIT
	build_web
}
