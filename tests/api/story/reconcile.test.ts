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

const ledger = `date,reference,description,amount
2026-11-02,INV-20001,Acme Ltd invoice 20001,120.00
2026-11-03,INV-20002,Umbrella GmbH invoice 20002,85.50
2026-11-04,INV-20003,Initech invoice 20003,-42.10
2026-11-05,INV-20004,Globex invoice 20004,1999.99
2026-11-06,INV-20005,Soylent invoice 20005,77.77
2026-11-09,INV-20006,Only in the ledger,13.13
`;

// The fifth came three days later and does not name its reference; the sixth has no counterpart.
const bank = `date,reference,description,amount
2026-11-02,INV-20001,ACME LTD INV-20001,120.00
2026-11-03,INV-20002,UMBRELLA GMBH INV-20002,85.50
2026-11-04,INV-20003,INITECH INV-20003,-42.10
2026-11-05,INV-20004,GLOBEX INV-20004,1999.99
2026-11-09,,SOYLENT CORP,77.77
2026-11-10,INV-90000,ONLY ON THE STATEMENT,5.05
`;

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
			["ready", 6, 0],
			["ready", 6, 0],
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
			`${project.path}/views/${created.view}/rows?offset=0&limit=100`,
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
		const { confirmed, suggested, ambiguous, open_left, open_right } = job.summary;
		expect(confirmed).toBeGreaterThanOrEqual(4);
		expect(confirmed + suggested + ambiguous).toBeGreaterThanOrEqual(4);
		expect(open_left).toBe(6 - confirmed - suggested - ambiguous);
		expect(open_right).toBe(open_left);
		expect(job.result_hash).toMatch(/^[0-9a-f]{64}$/);
	});

	test("money is conserved on each side", () => {
		expect(job.summary.money.map((m: Body) => m.side).sort()).toEqual(["left", "right"]);
		for (const m of job.summary.money) {
			expect(m.balanced).toBe(true);
			expect(BigInt(m.matched) + BigInt(m.open)).toBe(BigInt(m.accepted));
		}
		const accepted = Object.fromEntries(job.summary.money.map((m: Body) => [m.side, m.accepted]));
		expect(accepted).toEqual({ left: "225429", right: "224621" });
	});

	test("a view shows matches with their records, and its facets count them", async () => {
		const page = await view({ kind: "matches", sort: [{ field: "no" }] });
		expect(page.kind).toBe("matches");
		const first = page.items.find((row: Body) => row.left[0].reference === "INV-20001");
		expect(first.kind).toBe("1:1");
		expect(first.left[0].amount).toEqual({ minor: "12000", currency: "EUR" });
		expect(first.right[0].fields.description ?? first.right[0].text).toContain("ACME");
		const created = await project.client.post(path("/views"), { job: job.id, kind: "matches" });
		const { facets } = await project.client.get(`${project.path}/views/${created.view}/facets`);
		for (const facet of facets)
			expect(facet.values.reduce((n: number, v: Body) => n + v.count, 0)).toBe(page.total);
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
		expect(row, "the engine suggests the late payment").toBeDefined();
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
