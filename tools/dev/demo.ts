// The demo: a client of the public API, through HTTPS only. It signs in with a one-time link, uploads the
// sample's two sides, confirms the proposed mappings, runs a reconciliation, and prints what came out and
// how that compares with the truth. A finished demo is shown again instead of being repeated.
//
//   node demo.ts DEMO-JSON SAMPLE-DIR
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Body, Client, idempotencyKey } from "../../tests/api/lib/client.ts";
import { instance } from "../../tests/api/lib/instance.ts";
import {
	finishedJob,
	newReconciliation,
	newSource,
	type Project,
	readyDataset,
	redeemed,
	scanned,
	startJob,
	upload,
} from "../../tests/api/lib/story.ts";

interface Demo {
	url: string;
	account: string;
	password: string;
	project: string;
	reconciliation: string;
	job: string;
	api_key: string;
}

const account = "demo@example.com";
const [demoFile = "", sample = ""] = process.argv.slice(2);
const read = (name: string) => readFileSync(join(sample, name));
const say = (text: string) => console.log(text);
const count = (n: number) => n.toLocaleString("en").padStart(7);

/** Minor units as people write them; no number is ever a float. */
function money(minor: string, currency: string): string {
	const digits = { JPY: 0, KWD: 3 }[currency] ?? 2;
	const sign = minor.startsWith("-") ? "-" : "";
	const text = minor.replace("-", "").padStart(digits + 1, "0");
	const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
	return `${sign}${whole}${digits ? `.${text.slice(-digits)}` : ""} ${currency}`.padStart(20);
}

function projectOf(client: Client, id: string): Project {
	return { client, id, path: `/api/v1/projects/${id}` };
}

/** The demo of an earlier run, if its project and job are still there. */
async function earlier(): Promise<[Demo, Project, Body] | null> {
	if (!existsSync(demoFile)) return null;
	const demo = JSON.parse(readFileSync(demoFile, "utf8")) as Demo;
	if (demo.url !== instance.url || !demo.api_key) return null;
	const client = new Client(instance.url);
	client.bearer = demo.api_key;
	const project = projectOf(client, demo.project);
	const answer = await client.call("GET", `${project.path}/jobs/${demo.job}`);
	if (answer.status !== 200 || answer.body.state !== "done") return null;
	return [demo, project, answer.body];
}

/** Uploads one side and waits until its rows are there. */
async function importSide(
	project: Project,
	kind: string,
	name: string,
	file: string,
): Promise<Body> {
	const source = await newSource(project, kind, name);
	const id = await upload(project, source.id, file, read(file));
	const scan = await scanned(project, id);
	if (scan.state !== "clean") throw new Error(`${file}: ${scan.state}: ${scan.verdict?.detail}`);
	const dataset = await readyDataset(project, id);
	if (dataset.state !== "ready") throw new Error(`${file}: ${JSON.stringify(dataset.error)}`);
	say(
		`   ${name.padEnd(16)} uploaded, scanned, read: ${count(dataset.rows_accepted)} rows` +
			(dataset.rows_rejected ? `, ${dataset.rows_rejected} rejected` : ""),
	);
	return dataset;
}

async function reconcile(): Promise<[Demo, Project, Body]> {
	const person = await redeemed(account, "Demo", "--administrator");
	const { client } = person;
	const created = await client.post(
		"/api/v1/projects",
		{ name: "Sample", time_zone: "Europe/Berlin", base_currency: "EUR" },
		{ "idempotency-key": idempotencyKey() },
	);
	const project = projectOf(client, created.id);
	const left = await importSide(project, "ledger", "General ledger", "ledger.csv");
	const right = await importSide(project, "bank", "Bank statement", "bank.csv");
	const reconciliation = await newReconciliation(project, left.source, right.source, {
		name: "Ledger and bank",
	});
	const started = await startJob(project, reconciliation.id, [left.id], [right.id]);
	const job = await finishedJob(project, started.id);
	if (job.state !== "done") throw new Error(`job ${job.state}: ${JSON.stringify(job.error)}`);
	const key = await client.post("/api/v1/auth/api-keys", { name: "demo", expires_in_days: 30 });
	const demo = {
		url: instance.url,
		account,
		password: person.password,
		project: project.id,
		reconciliation: reconciliation.id,
		job: job.id,
		api_key: key.secret,
	};
	writeFileSync(demoFile, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
	return [demo, project, job];
}

/**
 * Rows of a file by what they hold beside the number of the document: an invoice that was booked twice is
 * two rows which nobody can tell apart, and the truth knows them by their number only.
 */
function contents(file: string, delimiter: string): string[] {
	const [header = "", ...lines] = read(file).toString().trim().split("\n");
	const number = header.split(delimiter).indexOf("Document No");
	return lines.map((line) =>
		line
			.split(delimiter)
			.filter((_, i) => i !== number)
			.join(delimiter),
	);
}

/** A pair of rows by what they hold, and which one of equals it is. */
function named(pairs: Iterable<[number, number]>): Set<string> {
	const left = contents("ledger.csv", ",");
	const right = contents("bank.csv", ";");
	const seen = new Map<string, number>();
	return new Set(
		[...pairs].map(([l, r]) => {
			const name = `${left[l]} = ${right[r]}`;
			seen.set(name, (seen.get(name) ?? 0) + 1);
			return `${name} (${seen.get(name)})`;
		}),
	);
}

/** Every pair of rows that the job's matches of these states join. */
async function pairs(demo: Demo, project: Project, states: string[]): Promise<Set<string>> {
	const view = await project.client.post(
		`${project.path}/reconciliations/${demo.reconciliation}/views`,
		{ job: demo.job, kind: "matches", filter: { state: states } },
	);
	const found: [number, number][] = [];
	for (let offset = 0; offset < view.total; offset += 500) {
		const page = await project.client.get(
			`${project.path}/views/${view.view}/rows?offset=${offset}&limit=500`,
		);
		for (const row of page.items)
			for (const l of row.left) for (const r of row.right) found.push([l.row, r.row]);
	}
	return named(found);
}

/** Rows of the truth count from 1, those of a dataset from 0. */
function truth(): Set<string> {
	const lines = read("truth.csv").toString().trim().split("\n").slice(1);
	return named(
		lines.map((line) => {
			const [, left, right] = line.split(",").map(Number);
			return [(left ?? 0) - 1, (right ?? 0) - 1];
		}),
	);
}

function compare(found: Set<string>, wanted: Set<string>): string {
	const right = [...found].filter((pair) => wanted.has(pair)).length;
	const percent = (n: number, of: number) => (of ? (100 * n) / of : 100).toFixed(2).padStart(6);
	return `precision ${percent(right, found.size)} %   recall ${percent(right, wanted.size)} %   (${right} of ${found.size} pairs right, ${wanted.size} true)`;
}

async function show(demo: Demo, project: Project, job: Body) {
	const s = job.summary;
	say("");
	say("   ledger rows  ledger open    bank rows    bank open");
	say(
		`   ${count(s.left_rows)}      ${count(s.open_left)}      ${count(s.right_rows)}      ${count(s.open_right)}`,
	);
	say("   matches: confirmed    suggested    ambiguous");
	say(`              ${count(s.confirmed)}      ${count(s.suggested)}      ${count(s.ambiguous)}`);
	say("");
	for (const m of s.money)
		say(
			`   ${m.side.padEnd(6)} accepted ${money(m.accepted, m.currency)} = matched ${money(m.matched, m.currency)}` +
				` + open ${money(m.open, m.currency)}   ${m.balanced ? "balanced" : "NOT BALANCED"}`,
		);
	const wanted = truth();
	say("");
	say(
		`   confirmed and suggested: ${compare(await pairs(demo, project, ["confirmed", "suggested"]), wanted)}`,
	);
	say(`   confirmed alone:         ${compare(await pairs(demo, project, ["confirmed"]), wanted)}`);
	if (s.money.some((m: Body) => !m.balanced)) throw new Error("the money check failed");
}

const found = await earlier();
const [demo, project, job] = found ?? (await reconcile());
if (found) say("   the sample was reconciled before; this is its result");
await show(demo, project, job);
