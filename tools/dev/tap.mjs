// Prints a JSON report of vitest or Playwright as TAP lines, one per test.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const line = (ok, label, skip, why) =>
	console.log(
		`${ok ? "ok" : "not ok"} - ${label.replaceAll("#", "")}${skip ? ` # SKIP ${skip}` : ""}${first_words(why)}`,
	);

/** What a failure's message begins with, so that the summary alone says it. */
function first_words(why) {
	const text = (why ?? "").replaceAll(/\s+/g, " ").replaceAll("#", "").slice(0, 120);
	return text && `: ${text}`;
}

const skips = ["skipped", "pending", "todo", "disabled"];

for (const file of report.testResults ?? []) {
	const name = file.name.replace(/.*\/(www|api)\//, "");
	// Without a failed test of its own it is a hook or the file itself that failed.
	const failed = file.assertionResults.some((test) => test.status === "failed");
	if (!failed && file.status === "failed")
		line(false, name, undefined, file.message || "before the tests");
	for (const test of file.assertionResults)
		line(
			test.status !== "failed",
			`${name}: ${test.fullName}`,
			skips.includes(test.status) && "marked so",
			test.failureMessages?.[0],
		);
}

function walk(suite, path) {
	for (const spec of suite.specs ?? []) {
		const skipped = spec.tests.every((t) => t.status === "skipped");
		const reason = spec.tests[0]?.annotations.find((a) => a.type === "skip")?.description;
		line(spec.ok, [...path, spec.title].join(" › "), skipped && (reason ?? "marked so"));
	}
	for (const inner of suite.suites ?? []) walk(inner, [...path, inner.title]);
}

for (const suite of report.suites ?? []) walk(suite, [suite.title]);
for (const error of report.errors ?? []) line(false, error.message.split("\n")[0]);
