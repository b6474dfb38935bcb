// The main chain, from two files to a decision that is taken back.
import { beforeAll, describe, expect, test } from "vitest";
import { type Body, idempotencyKey } from "../lib/client.ts";
import {
	finishedJob,
	newPerson,
	newProject,
	newReconciliation,
	newSource,
	type Project,
	readyDataset,
	scanned,
	startJob,
	upload,
} from "../lib/story.ts";

// Sixty pairs with a reference; two ledger rows of one amount for which one payment came; one row
// without a counterpart on each side.
const PAIRS = 60;
const day = (i: number) => `2026-11-${String(1 + (i % 25)).padStart(2, "0")}`;
const cents = (i: number) => 1_000 + i * 737;
const amount = (minor: number) =>
	`${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
const range = Array.from({ length: PAIRS }, (_, i) => i);
const header = "date,reference,description,amount";

const ledger = [
	header,
	...range.map((i) => `${day(i)},INV-${20001 + i},Customer ${i} invoice,${amount(cents(i))}`),
	"2026-11-10,,Rent A,500.00",
	"2026-11-10,,Rent B,500.00",
	"2026-11-09,INV-70000,Only in the ledger,13.13",
	"",
].join("\n");

const bank = [
	header,
	...range.map((i) => `${day(i)},INV-${20001 + i},CUSTOMER ${i} PAYS,${amount(cents(i))}`),
	"2026-11-11,,RENT,500.00",
	"2026-11-10,INV-90000,ONLY ON THE STATEMENT,5.05",
	"",
].join("\n");

const total = (extra: number) => String(range.reduce((sum, i) => sum + cents(i), extra));

const matchNo = (row: Body) => row.match.no as number;

describe("a ledger and a bank statement", () => {
	let project: Project;
	let reconciliation: Body;
	let job: Body;

	beforeAll(async () => {
		project = await newProject((await newPerson("analyst")).client);
		const left = await newSource(project, "ledger");
		const right = await newSource(project, "bank");
		const files = [
			await upload(project, left.id, "ledger.csv", ledger),
			await upload(project, right.id, "bank.csv", bank),
		];
		for (const file of files) expect((await scanned(project, file)).state).toBe("clean");
		const datasets = [
			await readyDataset(project, files[0] as string),
			await readyDataset(project, files[1] as string),
		];
		expect(datasets.map((d) => [d.state, d.rows_accepted, d.rows_rejected])).toEqual([
			["ready", PAIRS + 3, 0],
			["ready", PAIRS + 2, 0],
		]);
		reconciliation = await newReconciliation(project, left.id, right.id);
		job = await finishedJob(
			project,
			(await startJob(project, reconciliation.id, [datasets[0].id], [datasets[1].id])).id,
		);
	});

	const path = (rest: string) => `${project.path}/reconciliations/${reconciliation.id}${rest}`;

	async function view(spec: Body): Promise<Body> {
		const created = await project.client.post(path("/views"), { job: job.id, ...spec });
		const page = await project.client.get(
			`${project.path}/views/${created.view}/rows?offset=0&limit=500`,
		);
		expect(page.total).toBe(created.total);
		return page;
	}

	async function decide(decision: Body, version?: number): Promise<Body> {
		const seq = version ?? (await project.client.get(path(""))).version;
		return project.client.call("POST", path("/decisions"), {
			json: decision,
			headers: { "if-match": `"${seq}"`, "idempotency-key": idempotencyKey() },
		});
	}

	async function stateOf(no: number): Promise<string> {
		const page = await view({ kind: "matches" });
		return page.items.find((row: Body) => matchNo(row) === no).state;
	}

	test("the job finishes and finds the pairs", () => {
		expect(job.state).toBe("done");
		const { left_rows, right_rows, confirmed, suggested, ambiguous } = job.summary;
		expect([left_rows, right_rows]).toEqual([PAIRS + 3, PAIRS + 2]);
		expect(confirmed).toBeGreaterThanOrEqual(PAIRS - 2);
		expect(confirmed + suggested + ambiguous).toBeLessThanOrEqual(PAIRS + 2);
		expect(job.result_hash).toMatch(/^[0-9a-f]{64}$/);
	});

	test("money is conserved on each side", () => {
		expect(job.summary.money.map((m: Body) => m.side).sort()).toEqual(["left", "right"]);
		for (const m of job.summary.money) {
			expect(m.balanced).toBe(true);
			expect(BigInt(m.matched) + BigInt(m.open)).toBe(BigInt(m.accepted));
		}
		const accepted = Object.fromEntries(job.summary.money.map((m: Body) => [m.side, m.accepted]));
		expect(accepted).toEqual({ left: total(100_000 + 1_313), right: total(50_000 + 505) });
	});

	test("a view shows matches with their records, and its facets count them", async () => {
		const page = await view({ kind: "matches", sort: [{ field: "no" }] });
		expect(page.kind).toBe("matches");
		const first = page.items.find((row: Body) => row.left[0].reference === "INV-20001");
		expect(first.kind).toBe("1:1");
		expect(first.left[0].amount).toEqual({ minor: "1000", currency: "EUR" });
		expect(JSON.stringify(first.right[0])).toContain("CUSTOMER 0 PAYS");
		const created = await project.client.post(path("/views"), { job: job.id, kind: "matches" });
		const { facets } = await project.client.get(`${project.path}/views/${created.view}/facets`);
		for (const facet of facets.filter((f: Body) => f.field !== "pattern"))
			expect(facet.values.reduce((n: number, v: Body) => n + v.count, 0)).toBe(page.total);
	});

	test("a pattern of evidence selects its matches, and what is worth deciding comes first", async () => {
		const created = await project.client.post(path("/views"), { job: job.id, kind: "matches" });
		const { facets } = await project.client.get(`${project.path}/views/${created.view}/facets`);
		const pattern = facets.find((f: Body) => f.field === "pattern").values[0];
		expect(pattern.label).not.toBe("");
		const same = await view({ kind: "matches", filter: { pattern: [Number(pattern.value)] } });
		expect(same.total).toBe(pattern.count);
		const review = await view({ kind: "matches", sort: [{ field: "review", descending: true }] });
		expect(review.total).toBe(created.total);
		const open = review.items.map((row: Body) => row.state !== "confirmed");
		expect(open).toEqual(open.toSorted((a: boolean, b: boolean) => Number(b) - Number(a)));
	});

	test("open items are those that no match has", async () => {
		const page = await view({ kind: "open_items" });
		const texts = page.items.map((row: Body) => JSON.stringify(row.record));
		expect(texts.some((t: string) => t.includes("Only in the ledger"))).toBe(true);
		expect(texts.some((t: string) => t.includes("ONLY ON THE STATEMENT"))).toBe(true);
	});

	test("evidence names the fields and their weights", async () => {
		const page = await view({ kind: "matches" });
		const evidence = await project.client.get(
			`${project.path}/jobs/${job.id}/matches/${matchNo(page.items[0])}/evidence`,
		);
		expect(evidence.comparisons.length).toBeGreaterThan(0);
		for (const c of evidence.comparisons) expect(typeof c.bits).toBe("number");
	});

	test("a rejected match is open again, and its undo brings it back", async () => {
		const page = await view({ kind: "matches" });
		const row = page.items.find((r: Body) => r.state === "confirmed");
		const match = row.match;
		const openBefore = (await view({ kind: "open_items" })).total;

		const rejected = await decide({ kind: "reject", match, note: "a test" });
		expect(rejected.status).toBe(201);
		expect(await stateOf(match.no)).toBe("rejected");
		expect((await view({ kind: "open_items" })).total).toBe(openBefore + 2);

		const undone = await decide({ kind: "undo", decision: rejected.body.id });
		expect(undone.status).toBe(201);
		expect(await stateOf(match.no)).toBe("confirmed");
		expect((await view({ kind: "open_items" })).total).toBe(openBefore);
	});

	test("a suggested match is confirmed and undone", async () => {
		const page = await view({ kind: "matches" });
		const row = page.items.find((r: Body) => r.state === "suggested" || r.state === "ambiguous");
		expect(row, "one payment for two equal amounts is for a person to decide").toBeDefined();
		const before = row.state;
		const confirmed = await decide({ kind: "confirm", match: row.match });
		expect(confirmed.status).toBe(201);
		expect(await stateOf(matchNo(row))).toBe("confirmed");
		expect((await decide({ kind: "undo", decision: confirmed.body.id })).status).toBe(201);
		expect(await stateOf(matchNo(row))).toBe(before);
	});

	test("a decision on a stale log is refused and changes nothing", async () => {
		const version = (await project.client.get(path(""))).version;
		const page = await view({ kind: "matches" });
		const stale = await decide({ kind: "reject", match: page.items[0].match }, version - 1);
		expect([409, 412]).toContain(stale.status);
		expect(stale.body.request_id).toBeTruthy();
		expect((await project.client.get(path(""))).version).toBe(version);
	});

	test("a decision without If-Match is refused", async () => {
		const page = await view({ kind: "matches" });
		const answer = await project.client.call("POST", path("/decisions"), {
			json: { kind: "reject", match: page.items[0].match },
			headers: { "idempotency-key": idempotencyKey() },
		});
		expect(answer.status).toBe(428);
		expect(answer.body.code).toBe("precondition_required");
	});

	test("the same idempotency key answers the same decision once", async () => {
		const page = await view({ kind: "matches" });
		const row = page.items.find((r: Body) => r.state === "confirmed");
		const version = (await project.client.get(path(""))).version;
		const headers = { "if-match": `"${version}"`, "idempotency-key": idempotencyKey() };
		const send = () =>
			project.client.call("POST", path("/decisions"), {
				json: { kind: "reject", match: row.match },
				headers,
			});
		const [first, second] = [await send(), await send()];
		expect([first.status, second.status]).toEqual([201, 201]);
		expect(second.body.id).toBe(first.body.id);
		expect((await project.client.get(path(""))).version).toBe(version + 1);
		await decide({ kind: "undo", decision: first.body.id });
	});

	test("the log names every decision, newest first", async () => {
		const log = await project.client.list(path("/decisions"));
		const seqs = log.map((d: Body) => d.seq);
		expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
		expect(log.filter((d: Body) => d.kind === "undo").length).toBeGreaterThanOrEqual(3);
	});

	test("another person sees none of it", async () => {
		const stranger = await newPerson("stranger");
		for (const place of [project.path, path(""), `${project.path}/jobs/${job.id}`])
			expect((await stranger.client.call("GET", place)).status).toBe(404);
	});
});
