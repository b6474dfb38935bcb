// Prints the lines covered per folder of src from gcovr's summary; fails below the minimum.
//   node coverage.mjs SUMMARY LEAST LEAST-OF-CORE "CORE FOLDERS"
import { readFileSync } from "node:fs";

const [summary, least, leastCore, core] = process.argv.slice(2);
const { files } = JSON.parse(readFileSync(summary, "utf8"));
const folders = new Map();
for (const file of files) {
	for (const key of [file.filename.split("/")[1], ""]) {
		const sum = folders.get(key) ?? { total: 0, covered: 0 };
		sum.total += file.line_total;
		sum.covered += file.line_covered;
		folders.set(key, sum);
	}
}

let failed = 0;
for (const [name, { total, covered }] of [...folders].sort()) {
	if (total === 0) continue;
	const percent = (100 * covered) / total;
	const wanted = Number(core.split(" ").includes(name) ? leastCore : least);
	const low = percent < wanted;
	failed += low;
	console.log(
		`${(name || "all of src").padEnd(12)} ${String(covered).padStart(6)} of ${String(total).padStart(6)} lines  ` +
			`${percent.toFixed(1).padStart(5)} %${low ? `  below ${wanted} %` : ""}`,
	);
}
process.exit(failed ? 1 : 0);
