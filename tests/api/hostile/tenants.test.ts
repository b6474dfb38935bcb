// Two projects, one person who owns both, and a stranger: an id of one project names nothing in the
// other, wherever it is put.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { Answer, Body, CallOptions, Client } from "../lib/client.ts";
import { decide, type Filled, newFilled } from "../lib/filled.ts";
import { type Operation, operations, sample } from "../lib/openapi.ts";
import { newPerson, newSource, type Person } from "../lib/story.ts";

let owner: Person;
let stranger: Person;
let here: Filled;
let there: Filled;

beforeAll(async () => {
	owner = await newPerson("both");
	stranger = await newPerson("stranger");
	[here, there] = await Promise.all([newFilled(owner.client, 6), newFilled(owner.client, 6)]);
});

const nested = operations.filter((op) => /\{project\}.*\{(?!no)/.test(op.path));
const parametersOf = (op: Operation) =>
	[...op.path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name as string);

/** The path with ids of here, but for one parameter of there. */
const crossed = (op: Operation, foreign: string) =>
	op.path.replace(/\{([a-z_]+)\}/g, (_, name: string) =>
		name === foreign ? (there.ids[name] ?? "") : (here.ids[name] ?? randomUUID()),
	);

function optionsOf(op: Operation): CallOptions {
	const headers: Record<string, string> = {};
	for (const p of op.parameters) {
		if (p.in !== "header" || !p.required) continue;
		headers[p.name.toLowerCase()] = { "If-Match": '"0"', "Tus-Resumable": "1.0.0" }[p.name] ?? "0";
	}
	if (op.input) return { json: sample(op.input), headers };
	if (op.takes) return { body: "x", headers: { ...headers, "content-type": op.takes } };
	return { headers };
}

function isNothing(answer: Answer) {
	expect([403, 404]).toContain(answer.status);
	if (answer.body) expect(answer.body.code).toBe("not_found");
}

const positions = nested.flatMap((op) =>
	parametersOf(op)
		.filter((name) => name !== "no")
		.map((name) => ({ op, id: op.id, name })),
);

describe("paths", () => {
	// A body that is refused first would hide what the path does.
	test.each(positions.filter(({ op }) => op.input === null))(
		"$id with another's $name",
		async (p) => {
			isNothing(await owner.client.call(p.op.method, crossed(p.op, p.name), optionsOf(p.op)));
		},
	);

	test.each(nested)("$id for a stranger who knows every id", async (op) => {
		const path = op.path.replace(
			/\{([a-z_]+)\}/g,
			(_, name: string) => here.ids[name] ?? randomUUID(),
		);
		isNothing(await stranger.client.call(op.method, path, optionsOf(op)));
	});
});

describe("bodies", () => {
	const at = (rest: string) => `${here.project.path}${rest}`;
	const rec = (rest: string, f = here) => at(`/reconciliations/${f.ids.reconciliation}${rest}`);
	const mapping = {
		format: "csv",
		fields: [{ field: "amount", type: "amount", column: "amount" }],
	};

	test.each<[string, () => Promise<[string, unknown]>]>([
		[
			"an upload to another's source",
			async () => [at("/uploads"), { source: there.ids.source, name: "a.csv", size: 5 }],
		],
		[
			"a mapping of another's source",
			async () => [at(`/sources/${there.ids.source}/mappings`), { mapping }],
		],
		[
			"a reconciliation with another's left",
			async () => [
				at("/reconciliations"),
				{ name: "x", left: there.ids.source, right: here.right.source },
			],
		],
		[
			"a reconciliation with another's right",
			async () => [
				at("/reconciliations"),
				{ name: "x", left: here.ids.source, right: there.right.source },
			],
		],
		[
			"a job on another's dataset",
			async () => [rec("/jobs"), { left: [there.ids.dataset], right: [here.right.dataset] }],
		],
		[
			"a job on another's dataset among one's own",
			async () => [
				rec("/jobs"),
				{ left: [here.ids.dataset], right: [here.right.dataset, there.right.dataset] },
			],
		],
		[
			"a job of another's reconciliation",
			async () => [rec("/jobs", there), { left: [here.ids.dataset], right: [here.right.dataset] }],
		],
		[
			"a view of another's job",
			async () => [rec("/views"), { kind: "matches", job: there.ids.job }],
		],
		["a view of another's reconciliation", async () => [rec("/views", there), { kind: "matches" }]],
		[
			"a ruleset of another's reconciliation",
			async () => [rec("/rulesets", there), { ruleset: {} }],
		],
	])("%s", async (_label, request) => {
		const [path, json] = await request();
		const before = await owner.client.get(`${there.project.path}/jobs`);
		const answer = await owner.client.call("POST", path, { json });
		expect([404, 409, 422]).toContain(answer.status);
		expect(answer.body.code).toMatch(/^(not_found|invalid|dataset_not_ready)$/);
		expect(await owner.client.get(`${there.project.path}/jobs`)).toEqual(before);
	});

	test("a decision on another's match, or undoing another's decision", async () => {
		const made = await decide(there, { kind: "reject", match: { job: there.ids.job, no: 1 } });
		expect(made.status).toBe(201);
		for (const json of [
			{ kind: "confirm", match: { job: there.ids.job, no: 1 } },
			{ kind: "undo", decision: made.body.id },
		])
			expect((await decide(here, json)).status).toBe(404);
		expect((await decide(there, { kind: "undo", decision: made.body.id })).status).toBe(201);
	});
});

describe("queries", () => {
	test.each(["/files?source=", "/datasets?source="])(
		"%s another's source finds nothing",
		async (path) => {
			const answer = await owner.client.call(
				"GET",
				`${here.project.path}${path}${there.ids.source}`,
			);
			expect(answer.body.items ?? []).toEqual([]);
		},
	);

	test("a cursor of another list shows nothing of it", async () => {
		for (let i = 0; i < 3; i++) await newSource(there.project, "other");
		const theirs = await owner.client.get(`${there.project.path}/sources?limit=2`);
		const answer = await owner.client.call(
			"GET",
			`${here.project.path}/sources?cursor=${encodeURIComponent(theirs.next_cursor)}`,
		);
		const own = new Set([here.ids.source, here.right.source]);
		for (const item of answer.body.items ?? []) expect(own).toContain(item.id);
	});
});

describe("idempotency keys", () => {
	const body = { name: "Keyed", kind: "other", time_zone: "UTC" };
	const create = (client: Client, f: Filled, key: string, json: Body = body) =>
		client.call("POST", `${f.project.path}/sources`, { json, headers: { "idempotency-key": key } });

	test("one key in two projects is a conflict, never the other's answer", async () => {
		const key = randomUUID();
		expect((await create(owner.client, there, key)).status).toBe(201);
		const answer = await create(owner.client, here, key);
		expect([answer.status, answer.body.code]).toEqual([409, "conflict"]);
	});

	test("another person's key is another key", async () => {
		const key = randomUUID();
		const json = { name: "Keyed project", time_zone: "UTC", base_currency: "EUR" };
		const headers = { "idempotency-key": key };
		const mine = await owner.client.call("POST", "/api/v1/projects", { json, headers });
		const theirs = await stranger.client.call("POST", "/api/v1/projects", { json, headers });
		expect([mine.status, theirs.status]).toEqual([201, 201]);
		expect(theirs.body.id).not.toBe(mine.body.id);
	});

	test("twenty at once act once", async () => {
		const key = randomUUID();
		const json = { ...body, name: "Once" };
		const answers = await Promise.all(
			Array.from({ length: 20 }, () => create(owner.client, here, key, json)),
		);
		const made = answers.filter((a) => a.status === 201);
		expect(made.length).toBeGreaterThan(0);
		expect(new Set(made.map((a) => a.body.id)).size).toBe(1);
		for (const answer of answers) expect([201, 409]).toContain(answer.status);
		const sources = await owner.client.list(`${here.project.path}/sources`);
		expect(sources.filter((s) => s.name === "Once")).toHaveLength(1);
	});
});
