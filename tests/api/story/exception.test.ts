// Exceptions: opened about an open item and a match, worked on by an analyst, closed by somebody else,
// by one and by many; what does not fit is refused, and nothing that somebody typed is lost.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { type Body, type Client, idempotencyKey, type Problem } from "../lib/client.ts";
import { sql } from "../lib/command.ts";
import { type Filled, newFilled } from "../lib/filled.ts";
import { until } from "../lib/instance.ts";
import { datasetByColumns, download, newPerson, newSource } from "../lib/story.ts";

let filled: Filled;
let path = "";
let review = "";
let owner: Client;
let analyst: Client;
let approver: Client;
const ids: Record<string, string> = {};
let items: Body[];
let timing: Body;

async function join(role: string): Promise<Client> {
	const { client } = await newPerson(role);
	ids[role] = (await client.get("/api/v1/me")).user.id;
	sql(`INSERT INTO member (project_id, user_id, role) VALUES
		('${filled.project.id}', '${ids[role]}', '${role}')`);
	return client;
}

beforeAll(async () => {
	owner = (await newPerson("owner")).client;
	filled = await newFilled(owner, 12);
	ids.owner = (await owner.get("/api/v1/me")).user.id;
	path = filled.project.path;
	review = `${path}/reconciliations/${filled.ids.reconciliation}`;
	[analyst, approver] = await Promise.all([join("analyst"), join("approver")]);
	// Something that stays open: all matches are taken apart one by one.
	const view = await owner.post(`${review}/views`, { kind: "matches" });
	const matches = (await owner.get(`${path}/views/${view.view}/rows?limit=500`)).items;
	for (const row of matches.filter((m: Body) => m.state === "confirmed").slice(0, 3)) {
		const version = (await owner.get(review)).version;
		await owner.post(
			`${review}/decisions`,
			{ kind: "reject", match: row.match },
			{ "if-match": `"${version}"`, "idempotency-key": idempotencyKey() },
		);
	}
	const open = await owner.post(`${review}/views`, { kind: "open_items" });
	items = (await owner.get(`${path}/views/${open.view}/rows?limit=500`)).items;
});

const keyed = () => ({ "idempotency-key": idempotencyKey() });
const itemOf = (row: Body) => ({ dataset: row.record.dataset, row: row.record.row });
const openItem = (by: Client, row: Body, more: Body = {}): Promise<Body> =>
	by.post(`${review}/exceptions`, { item: itemOf(row), ...more }, keyed());
const edit = (by: Client, one: Body, json: Body, version = one.version) =>
	by.call("PATCH", `${path}/exceptions/${one.id}`, {
		json,
		headers: { "if-match": `"${version}"` },
	});
const listed = (by: Client, query: string) => by.list(`${path}/exceptions?${query}`);

describe("reason codes and policy", () => {
	test("an approver makes reasons, an analyst does not", async () => {
		timing = await approver.post(
			`${path}/reasons`,
			{ code: "timing", label: "Booked in another month" },
			keyed(),
		);
		expect(timing).toMatchObject({ code: "timing", status: "active", version: 1 });
		const refused = await analyst.call("POST", `${path}/reasons`, {
			json: { code: "mine", label: "Mine" },
			headers: keyed(),
		});
		expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
	});

	test.each([
		["twice", "timing", 409, "exists"],
		["not a code", "Timing!", 422, "invalid"],
	])("%s is refused", async (_, code, status, word) => {
		const answer = await approver.call("POST", `${path}/reasons`, {
			json: { code, label: "x" },
			headers: keyed(),
		});
		expect([answer.status, answer.body.code]).toEqual([status, word]);
	});

	test("the policy is changed by version", async () => {
		const policy = await analyst.get(`${path}/exception-policy`);
		expect(policy).toMatchObject({ medium_from: 1000, critical_days: 2, version: 0 });
		const { version, ...steps } = policy;
		const set = (json: Body, at: number) =>
			approver.call("PUT", `${path}/exception-policy`, {
				json,
				headers: { "if-match": `"${at}"` },
			});
		const changed = await set({ ...steps, medium_from: 12, high_from: 15 }, version);
		expect(changed.body).toMatchObject({ medium_from: 12, high_from: 15, version: 1 });
		expect((await set(steps, version)).body.code).toBe("stale");
		expect((await set({ ...steps, high_from: 5 }, 1)).body.errors[0].pointer).toBe("/high_from");
	});
});

describe("one exception", () => {
	let one: Body;

	test("says what the item is, how severe it is and when it is due", async () => {
		expect(items.length).toBeGreaterThanOrEqual(6);
		one = await openItem(analyst, items[0], { note: "No counterpart", owner: ids.analyst });
		expect(one).toMatchObject({
			item: itemOf(items[0]),
			match: null,
			state: "open",
			owner: ids.analyst,
			amount: items[0].remaining,
			overdue: false,
			version: 1,
		});
		const value = Number(one.amount.minor) / 100;
		const severity = value >= 15 ? "high" : value >= 12 ? "medium" : "low";
		const days = { high: 7, medium: 14, low: 30 }[severity];
		expect(one.severity).toBe(severity);
		expect(Date.parse(one.due_on) - Date.parse(one.created_at.slice(0, 10))).toBe(
			(days ?? 0) * 86_400_000,
		);
	});

	test("is the only one about its item while it is not closed", async () => {
		const again = await analyst.call("POST", `${review}/exceptions`, {
			json: { item: itemOf(items[0]) },
			headers: keyed(),
		});
		expect([again.status, again.body.code]).toEqual([409, "exists"]);
	});

	test.each([
		["about nothing", () => ({}), 422, "/item"],
		[
			"about both",
			() => ({ item: itemOf(items[1]), match: { job: filled.ids.job, no: 1 } }),
			422,
			"/item",
		],
		[
			"about no such match",
			() => ({ match: { job: filled.ids.job, no: 99_999 } }),
			404,
			"/match/no",
		],
		["of no such record", () => ({ item: { ...itemOf(items[1]), row: 99_999 } }), 404, "/item"],
		["of a stranger", () => ({ item: itemOf(items[1]), owner: randomUUID() }), 422, "/owner"],
		[
			"for no such reason",
			() => ({ item: itemOf(items[1]), reason: randomUUID() }),
			422,
			"/reason",
		],
		["due on no day", () => ({ item: itemOf(items[1]), due_on: "2026-02-30" }), 422, "/due_on"],
	])("%s is refused", async (_, json, status, pointer) => {
		const answer = await analyst.call("POST", `${review}/exceptions`, {
			json: json(),
			headers: keyed(),
		});
		expect([answer.status, (answer.body as Problem).errors[0]?.pointer]).toEqual([status, pointer]);
	});

	test("is worked on, and what two change at once is refused to the second", async () => {
		const first = await edit(analyst, one, { state: "in_progress", team: "Payments" });
		expect(first.body).toMatchObject({ state: "in_progress", team: "Payments", version: 2 });
		const second = await edit(approver, one, { state: "waiting" });
		expect([second.status, second.body.code]).toEqual([409, "stale"]);
		const bare = await analyst.call("PATCH", `${path}/exceptions/${one.id}`, {
			json: { note: "x" },
		});
		expect(bare.status).toBe(428);
		one = first.body;
	});

	test("is not resolved without a reason, nor closed by who resolved it", async () => {
		const early = await edit(analyst, one, { state: "resolved" });
		expect([early.status, early.body.errors[0].pointer]).toEqual([422, "/reason"]);
		const skip = await edit(approver, one, { state: "closed", reason: timing.id });
		expect([skip.status, skip.body.code]).toEqual([409, "conflict"]);
		one = (await edit(approver, one, { state: "resolved", reason: timing.id })).body;
		expect(one).toMatchObject({ state: "resolved", resolved_by: ids.approver });
		expect((await edit(approver, one, { state: "closed" })).body.code).toBe("self_approval");
		expect((await edit(analyst, one, { state: "closed" })).body.code).toBe("forbidden");
		expect((await edit(analyst, one, { reason: null })).body.errors[0].pointer).toBe("/reason");
		one = (await edit(owner, one, { state: "closed" })).body;
		expect(one).toMatchObject({ state: "closed", overdue: false });
	});

	test("that is closed stays as it is until it is reopened", async () => {
		expect((await edit(owner, one, { note: "later" })).body.code).toBe("conflict");
		expect((await edit(analyst, one, { state: "reopened" })).body.code).toBe("forbidden");
		one = (await edit(owner, one, { state: "reopened", owner: null })).body;
		expect(one).toMatchObject({ state: "reopened", owner: null, resolved_by: null });
	});

	test("remembers everything", async () => {
		const { items: history } = await analyst.get(`${path}/exceptions/${one.id}/history`);
		expect(history.map((h: Body) => h.version)).toEqual([5, 4, 3, 2, 1]);
		expect(history[0]).toMatchObject({
			user: ids.owner,
			changes: { state: ["closed", "reopened"], owner: [ids.analyst, null] },
		});
		expect(history[2].changes).toEqual({
			state: ["in_progress", "resolved"],
			reason: [null, timing.id],
		});
		const { items: rows } = await until(
			"audit",
			() => owner.get(`${path}/audit?object=${one.id}`),
			(audit) => audit.items.length >= 8,
		);
		const acts = rows.map((row: Body) => `${row.action} ${row.outcome}`);
		expect(acts).toContain("exception.create done");
		expect(acts.filter((act: string) => act === "exception.update done")).toHaveLength(4);
		expect(acts.filter((act: string) => act === "exception.update refused")).toHaveLength(3);
	});

	test("a retired reason is not given any more", async () => {
		const retired = await approver.call("PATCH", `${path}/reasons/${timing.id}`, {
			json: { status: "retired" },
			headers: { "if-match": '"1"' },
		});
		expect(retired.body).toMatchObject({ status: "retired", version: 2 });
		const answer = await edit(analyst, one, { reason: timing.id });
		expect(answer.body.errors[0].pointer).toBe("/reason");
		await approver.call("PATCH", `${path}/reasons/${timing.id}`, {
			json: { status: "active" },
			headers: { "if-match": '"2"' },
		});
	});
});

describe("comments", () => {
	let one: Body;

	test("mention members, each once", async () => {
		one = await openItem(analyst, items[1]);
		const comment = await analyst.post(
			`${path}/exceptions/${one.id}/comments`,
			{ text: "Please look", mentions: [ids.approver, ids.approver, ids.owner] },
			keyed(),
		);
		expect(comment.mentions).toEqual([ids.approver, ids.owner]);
		const list = await approver.list(`${path}/exceptions/${one.id}/comments`);
		expect(list).toEqual([comment]);
	});

	test.each([
		["ten thousand mentions", () => Array(10_000).fill(ids.owner), 422],
		["a stranger", () => [randomUUID()], 422],
	])("%s are refused", async (_, mentions, status) => {
		const answer = await analyst.call("POST", `${path}/exceptions/${one.id}/comments`, {
			json: { text: "x", mentions: mentions() },
			headers: keyed(),
		});
		expect([answer.status, answer.body.errors[0].pointer]).toEqual([status, "/mentions"]);
		expect(await analyst.list(`${path}/exceptions/${one.id}/comments`)).toHaveLength(1);
	});
});

describe("lists and changes of many", () => {
	const bulk = (by: Client, json: Body) => by.call("POST", `${path}/exceptions/bulk`, { json });

	test("a match is doubted too", async () => {
		const made = await analyst.post(
			`${review}/exceptions`,
			{ match: { job: filled.ids.job, no: 5 }, severity: "critical", due_on: "2026-01-01" },
			keyed(),
		);
		expect(made).toMatchObject({ item: null, type: "match", severity: "critical", overdue: true });
		for (const row of items.slice(2, 6)) await openItem(analyst, row, { team: "Treasury" });
	});

	test("are filtered, and sorted over pages", async () => {
		expect(await listed(analyst, "team=Treasury&live=true")).toHaveLength(4);
		expect(await listed(analyst, "overdue=true")).toHaveLength(1);
		expect(await listed(analyst, "type=match&severity=critical")).toHaveLength(1);
		expect(await listed(analyst, "age_min=1")).toHaveLength(0);
		expect(await listed(analyst, `owner=${ids.owner}`)).toHaveLength(0);
		const all = await listed(analyst, "sort=amount&limit=2");
		const minor = all.map((e: Body) => Number(e.amount.minor));
		expect(minor).toEqual(minor.toSorted((a, b) => b - a));
		expect(new Set(all.map((e: Body) => e.id)).size).toBe(7);
		const due = (await listed(analyst, "sort=due&limit=3")).map((e: Body) => e.due_on);
		expect(due).toEqual(due.toSorted());
		expect((await listed(analyst, "sort=severity&limit=3"))[0].severity).toBe("critical");
		expect(await listed(analyst, "sort=age&limit=3")).toHaveLength(7);
	});

	test("a change of many is shown first and done as shown", async () => {
		const filter = { team: "Treasury" };
		const change = { state: "resolved", reason: timing.id };
		const shown = (await bulk(analyst, { filter, change })).body;
		expect(shown).toMatchObject({ applied: false, count: 4, conflicts: [] });
		const worth = items.slice(2, 6).reduce((n, i) => n + Math.abs(Number(i.remaining.minor)), 0);
		expect(shown.money).toEqual([{ minor: String(worth), currency: "EUR" }]);
		expect(await listed(analyst, "state=resolved")).toHaveLength(0);
		const other = await bulk(approver, { filter, change, token: shown.token });
		expect([other.status, other.body.code]).toEqual([409, "stale"]);
		const done = (await bulk(analyst, { filter, change, token: shown.token })).body;
		expect(done).toMatchObject({ applied: true, count: 4 });
		expect(await listed(analyst, "state=resolved")).toHaveLength(4);
		const again = await bulk(analyst, { filter, change, token: shown.token });
		expect(again.body.code).toBe("stale");
	});

	test("what cannot change is counted and stays", async () => {
		const change = { state: "closed" };
		const mine = (await bulk(analyst, { filter: {}, change })).body;
		expect(mine.count).toBe(0);
		expect(mine.conflicts.reduce((n: number, c: Body) => n + c.count, 0)).toBe(7);
		const shown = (await bulk(owner, { filter: { live: false }, change })).body;
		expect(shown).toMatchObject({ count: 4, conflicts: [] });
		const done = await bulk(owner, { filter: { live: false }, change, token: shown.token });
		expect(done.body).toMatchObject({ applied: true, count: 4 });
		expect(await listed(owner, "state=closed")).toHaveLength(4);
		expect((await bulk(owner, { filter: {}, change: {} })).body.errors[0].pointer).toBe("/change");
	});
});

describe("a sheet", () => {
	const columns = {
		id: "code",
		version: "number",
		state: "text",
		severity: "text",
		reason: "text",
	};
	const types = { ...columns, owner: "text", team: "text", due_on: "date", note: "text" };
	let csv: string;

	/** The sheet uploaded, scanned and read as any file is. */
	async function uploaded(content: string | Uint8Array, name: string): Promise<string> {
		const source = await newSource(filled.project, "other");
		const dataset = await datasetByColumns(filled.project, source.id, name, content, types);
		expect(dataset).toMatchObject({ state: "ready", rows_rejected: 0 });
		return dataset.id;
	}
	const sheet = (by: Client, json: Body) => by.call("POST", `${path}/exceptions/sheet`, { json });
	const fetched = async (format: string) =>
		(await download(analyst, `${path}/exceptions/export?format=${format}`)).arrayBuffer();

	test("comes back from a workbook as it went", async () => {
		const book = new Uint8Array(await fetched("xlsx"));
		const dataset = await uploaded(book, "exceptions.xlsx");
		const { body } = await sheet(analyst, { dataset });
		expect(body).toMatchObject({ applied: false, rows: 7, unchanged: 7, changed: 0, refused: 0 });
	});

	test("is lines of JSON as well, each as the API gives it", async () => {
		const lines = new TextDecoder()
			.decode(await fetched("ndjson"))
			.trimEnd()
			.split("\n");
		expect(lines.map((line) => JSON.parse(line))).toEqual(await listed(analyst, ""));
	});

	test("that was edited is compared, then applied; stale and wrong rows are refused", async () => {
		csv = new TextDecoder().decode(await fetched("csv"));
		const [head = "", ...lines] = csv.trimEnd().split("\n");
		const names = head.split(",");
		const rows = lines.map((line) => line.split(","));
		const put = (row: string[], name: string, value: string) => {
			row[names.indexOf(name)] = value;
		};
		const at = (row: string[], name: string) => row[names.indexOf(name)] ?? "";
		const live = rows.filter((row) => !["resolved", "closed"].includes(at(row, "state")));
		const [first = [], second = [], third = []] = live;
		const closed = rows.find((row) => at(row, "state") === "closed") ?? [];
		put(first, "state", "resolved");
		put(first, "reason", "timing");
		put(first, "note", "Seen in December");
		put(second, "due_on", "2031-05-06");
		put(second, "owner", ids.analyst ?? "");
		put(third, "severity", "enormous");
		put(closed, "note", "After the fact");
		// Somebody is faster with one of them.
		const faster = await analyst.get(`${path}/exceptions/${at(second, "id")}`);
		const again = [...second];
		const dataset = await uploaded(
			[head, ...rows.map((row) => row.join(","))].join("\n"),
			"edited.csv",
		);
		const shown = (await sheet(analyst, { dataset })).body;
		expect(shown).toMatchObject({ applied: false, rows: 7, changed: 2, unchanged: 3, refused: 2 });
		expect(shown.changes.map((c: Body) => c.changes)).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ reason: [null, "timing"], note: [null, "Seen in December"] }),
				{ owner: [null, ids.analyst], due_on: [faster.due_on, "2031-05-06"] },
			]),
		);
		expect(shown.refusals.map((r: Body) => r.code).toSorted()).toEqual(["conflict", "invalid"]);
		await edit(approver, faster, { team: "Faster" });
		const late = await sheet(analyst, { dataset, token: shown.token });
		expect([late.status, late.body.code]).toEqual([409, "stale"]);
		const now = (await sheet(analyst, { dataset })).body;
		expect(now).toMatchObject({ changed: 1, refused: 3 });
		expect(now.refusals.map((r: Body) => r.code)).toContain("stale");
		const done = (await sheet(analyst, { dataset, token: now.token })).body;
		expect(done).toMatchObject({ applied: true, changed: 1 });
		const after = await analyst.get(`${path}/exceptions/${at(first, "id")}`);
		expect(after).toMatchObject({ state: "resolved", note: "Seen in December" });
		const kept = await analyst.get(`${path}/exceptions/${at(again, "id")}`);
		expect(kept).toMatchObject({ team: "Faster", due_on: faster.due_on });
	});

	test("of something else is refused", async () => {
		const answer = await sheet(analyst, { dataset: filled.ids.dataset });
		expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, "/dataset"]);
	});
});
