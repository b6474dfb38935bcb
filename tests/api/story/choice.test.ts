// Three payments of 9.99 and five invoices of 9.99 that nothing tells apart: one question, "3 of 5",
// with all its alternatives, that one decision settles.
import { beforeAll, describe, expect, test } from "vitest";
import { type Body, idempotencyKey } from "../lib/client.ts";
import {
	datasetByColumns,
	newPerson,
	newProject,
	newReconciliation,
	newSource,
	type Project,
	runJob,
	viewRows,
} from "../lib/story.ts";

const rows = (letter: string, n: number) =>
	Array.from({ length: n }, (_, i) => `${letter}${i},9.99`).join("\n");
const payments = `ref,amount\n${rows("P", 3)}\nP90,50.00\nP91,50.01\nP92,50.02\n`;
const invoices = `ref,amount\n${rows("I", 5)}\nI90,70.00\nI91,70.01\nI92,70.02\n`;
const types = { ref: "code", amount: "amount" };
const ruleset = {
	ruleset: 1,
	name: "Amounts alone",
	currency: "each alone",
	left: { label: "Payments", balance: "amount" },
	right: { label: "Invoices", balance: "amount" },
	fields: {
		ref: { type: "code", left: "ref", right: "ref" },
		amount: { type: "amount", left: "amount", right: "amount" },
	},
	passes: [
		{
			name: "amount",
			stage: 1,
			kind: "1:1",
			use: ["amount"],
			when: { amount: "same" },
			// biome-ignore lint/suspicious/noThenProperty: a word of the ruleset's grammar
			then: { confirm: { confidence: 0.5, margin: 1 }, suggest: { confidence: 0 } },
		},
	],
};

describe("three payments, five invoices, one amount", () => {
	let project: Project;
	let reconciliation: Body;
	let left: Body;
	let right: Body;
	let job: Body;

	const path = (rest: string) => `${project.path}/reconciliations/${reconciliation.id}${rest}`;
	const view = (spec: Body) =>
		viewRows(project, reconciliation.id, { job: job.id, sort: [{ field: "no" }], ...spec });
	const question = async () => (await view({ kind: "matches" }))[0];
	const names = (records: Body[]) => records.map((r) => r.reference).sort();
	const open = async (side: string) =>
		names((await view({ kind: "open_items", side })).map((item) => item.record)).filter(
			(name) => !/9\d/.test(name),
		);
	const ref = (record: Body) => ({ dataset: record.dataset, row: record.row });

	async function decide(json: Body): Promise<Body> {
		const { version } = await project.client.get(path(""));
		return project.client.call("POST", path("/decisions"), {
			json,
			headers: { "if-match": `"${version}"`, "idempotency-key": idempotencyKey() },
		});
	}

	beforeAll(async () => {
		project = await newProject((await newPerson("analyst")).client);
		const sources = [await newSource(project, "bank"), await newSource(project, "ledger")];
		left = await datasetByColumns(project, sources[0].id, "payments.csv", payments, types);
		right = await datasetByColumns(project, sources[1].id, "invoices.csv", invoices, types);
		reconciliation = await newReconciliation(project, sources[0].id, sources[1].id, { ruleset });
		job = await runJob(project, reconciliation.id, [left.id], [right.id]);
	});

	test("are one ambiguous match with all that it might be", async () => {
		expect(job).toMatchObject({ state: "done", summary: { confirmed: 0, ambiguous: 1 } });
		const match = await question();
		expect(match).toMatchObject({
			status: "ambiguous",
			kind: "n:m",
			choice: { left: { k: 3, n: 3 }, right: { k: 3, n: 5 } },
		});
		const others = match.alternatives.map((a: Body) => a.record);
		expect(others).toHaveLength(2);
		expect(names([...match.right, ...others])).toEqual(["I0", "I1", "I2", "I3", "I4"]);
	});

	test("a choice that is none of them, too few, or named twice is refused", async () => {
		const { match, left: l, right: r, alternatives } = await question();
		const refused = async (records: Body[], kind = "confirm") => {
			const { status, body } = await decide({ kind, match, records });
			return [status, body.errors?.[0]?.pointer];
		};
		const all = [...l, ...r].map(ref);
		const stranger = { dataset: right.id, row: 6 };
		expect(await refused([...all.slice(0, 5), stranger])).toEqual([422, "/records/5"]);
		expect(await refused(all.slice(0, 5))).toEqual([422, "/records"]);
		expect(await refused([...all, ref(alternatives[0].record)])).toEqual([422, "/records"]);
		expect(await refused([...all.slice(0, 5), all[4]])).toEqual([422, "/records/5"]);
		expect(await refused(all, "reject")).toEqual([422, "/records"]);
		expect(await open("right")).toHaveLength(5);
	});

	test("one decision settles it, with the records that were chosen", async () => {
		const { match, left: l, right: r, alternatives } = await question();
		const chosen = [r[0], ...alternatives.map((a: Body) => a.record)];
		const records = [...l, ...chosen].map(ref);
		const made = await decide({ kind: "confirm", match, records });
		expect(made.status).toBe(201);
		expect(made.body.records).toEqual(records);

		const settled = await question();
		expect(settled.state).toBe("confirmed");
		expect(names(settled.right)).toEqual(names(chosen));
		expect(await open("left")).toEqual([]);
		expect(await open("right")).toEqual(names(r.slice(1)));

		const log = await project.client.list(path("/decisions"));
		expect(log[0].records).toEqual(records);

		// What was chosen is taken for good: the next job has only the two others.
		const next = await runJob(project, reconciliation.id, [left.id], [right.id]);
		expect(next.summary.identities.rows.map((i: Body) => i.brought_forward)).toEqual([3, 5]);

		expect((await decide({ kind: "undo", decision: made.body.id })).status).toBe(201);
		expect((await question()).state).toBe("ambiguous");
		expect(await open("right")).toHaveLength(5);
	});

	test("rejected after a choice, its records are free again; undone, they are taken", async () => {
		const { match, left: l, right: r, alternatives } = await question();
		const chosen = [...r.slice(0, 2), alternatives[1].record];
		const records = [...l, ...chosen].map(ref);
		expect((await decide({ kind: "confirm", match, records })).status).toBe(201);
		const rejected = await decide({ kind: "reject", match });
		expect(rejected.status).toBe(201);
		expect(await open("right")).toHaveLength(5);
		expect((await decide({ kind: "undo", decision: rejected.body.id })).status).toBe(201);
		expect(names((await question()).right)).toEqual(names(chosen));
		expect(await open("right")).toHaveLength(2);
		const [newest] = await project.client.list(path("/decisions"));
		expect(newest).toMatchObject({ kind: "undo", records: null });
	});

	test("as it stands it is confirmed without naming anything", async () => {
		const log = await project.client.list(path("/decisions"));
		const confirmed = log.find((d: Body) => d.kind === "confirm");
		expect((await decide({ kind: "undo", decision: confirmed.id })).status).toBe(201);
		const { match, left: l, right: r } = await question();
		const made = await decide({ kind: "confirm", match, records: [...l, ...r].map(ref) });
		expect([made.status, made.body.records]).toEqual([201, null]);
		expect(names((await question()).right)).toEqual(names(r));
		expect(await open("right")).toHaveLength(2);
	});
});
