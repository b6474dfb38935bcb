# shellcheck shell=bash
# Lines covered by the unit tests, per folder of src, with the least that is accepted. The programs'
# main files and thin glue run in the black-box suites, which do not count here.

# shellcheck source=tools/dev/setup.sh
. "$top/tools/dev/setup.sh"
# shellcheck source=tools/dev/build.sh
. "$top/tools/dev/build.sh"

coverage_least=85
coverage_least_core=95
coverage_core=' match seal domain col '

cmd_coverage() {
	cmd_setup all
	build_tree build-cov --enable-coverage CC="$(compiler gcc)" CFLAGS="-g"
	find build-cov -name '*.gcda' -delete
	quiet var/log/coverage-make.log make -C build-cov -j"$(jobs_n)" check
	mkdir -p var/coverage
	gcovr --root . --object-directory build-cov --filter 'src/' --exclude '.*/main\.c' \
		--gcov-ignore-parse-errors --json-summary var/coverage/summary.json \
		--html-details var/coverage/index.html >/dev/null
	node - "$coverage_least" "$coverage_least_core" "$coverage_core" <<'JS'
const { files } = JSON.parse(require("fs").readFileSync("var/coverage/summary.json", "utf8"));
const [least, leastCore, core] = process.argv.slice(2);
const folders = new Map();
for (const f of files) {
	const name = f.filename.split("/")[1];
	for (const key of [name, ""]) {
		const sum = folders.get(key) ?? { total: 0, covered: 0 };
		sum.total += f.line_total;
		sum.covered += f.line_covered;
		folders.set(key, sum);
	}
}
let failed = 0;
for (const [name, { total, covered }] of [...folders].sort()) {
	if (total === 0) continue;
	const percent = (100 * covered) / total;
	const wanted = name === "" ? Number(least) : core.includes(` ${name} `) ? Number(leastCore) : 0;
	const low = percent < wanted;
	failed += low;
	console.log(
		`${(name || "all of src").padEnd(12)} ${String(covered).padStart(6)} of ${String(total).padStart(6)} lines  ` +
			`${percent.toFixed(1).padStart(5)} %${low ? `  below ${wanted} %` : ""}`,
	);
}
process.exit(failed ? 1 : 0);
JS
}
