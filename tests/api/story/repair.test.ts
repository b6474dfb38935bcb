// Rejected rows, repaired in a sheet and handed in again; receipts of what was read; datasets that are
// taken back.
import { beforeAll, describe, expect, test } from "vitest";
import { type Body, idempotencyKey } from "../lib/client.ts";
import { newFilled } from "../lib/filled.ts";
import { dev, instance, until } from "../lib/instance.ts";
import {
	newPerson,
	newProject,
	newSource,
	type Person,
	type Project,
	readyDataset,
	sha256,
	startJob,
	upload,
} from "../lib/story.ts";

const good = Array.from({ length: 40 }, (_, i) => `2026-11-07,R${100 + i},plain ${i},${i}.25`);
const text = [
	"Date,Reference,Description,Amount",
	...good,
	"2026-11-06,R6,=1+1,not a number",
	"2026-11-31,R7,no such day,3.00",
	"2026-11-08,R8,short",
	"",
].join("\n");

describe("repairs", () => {
	let person: Person;
	let project: Project;
	let dataset: Body;
	const path = (rest = "") => `${project.path}/datasets/${dataset.id}${rest}`;

	beforeAll(async () => {
		person = await newPerson("analyst");
		project = await newProject(person.client);
		const source = await newSource(project, "ledger");
		dataset = await readyDataset(project, await upload(project, source.id, "ledger.csv", text));
		expect([dataset.rows_accepted, dataset.rows_rejected]).toEqual([40, 3]);
	});

	const announceRepair = (bytes: Uint8Array, extra: Body = {}) =>
		project.client.call("POST", `${project.path}/uploads`, {
			json: {
				source: dataset.source,
				name: "repaired.csv",
				size: bytes.byteLength,
				repairs: dataset.id,
				...extra,
			},
			headers: { "idempotency-key": idempotencyKey() },
		});

	async function repaired(sheet: string | Uint8Array, name = "repaired.csv"): Promise<Body> {
		const bytes = typeof sheet === "string" ? new TextEncoder().encode(sheet) : sheet;
		const announced = await announceRepair(bytes, { name });
		expect(announced.status).toBe(201);
		await project.client.want("PUT", announced.body.href, {
			body: bytes,
			headers: { "content-type": "application/octet-stream" },
		});
		const list = await until(
			"repair",
			() => project.client.get(path("/repairs")),
			({ items }) =>
				items.some((r: Body) => r.file === announced.body.file && r.state !== "waiting"),
		);
		return list.items.find((r: Body) => r.file === announced.body.file);
	}

	const sheetOf = async (): Promise<string> =>
		(await person.client.call("GET", path("/rejects/export"))).body;
	const rowsOf = async () => (await project.client.get(path("/rows?limit=500"))).items as Body[];

	test("a repaired row is put behind the others; those that are still wrong say why", async () => {
		const before = await rowsOf();
		const sheet = (await sheetOf())
			.replace("not a number", "12.34")
			.replace("2026-11-31", "2026-13-31");
		const repair = await repaired(sheet);
		expect(repair).toMatchObject({
			state: "applied",
			rows_repaired: 1,
			rows_rejected: 2,
			rows_ignored: 0,
		});
		dataset = await project.client.get(path());
		expect([dataset.rows_read, dataset.rows_accepted, dataset.rows_rejected]).toEqual([43, 41, 2]);
		const after = await rowsOf();
		expect(after.slice(0, 40)).toEqual(before);
		expect(after[40]).toMatchObject({
			row: 40,
			date: "2026-11-06",
			amount: { minor: "1234", currency: "EUR" },
			text: "=1+1",
			reference: "R6",
		});
		const rejects = await project.client.get(path("/rejects"));
		expect(rejects.items.map((r: Body) => [r.line, r.value])).toContainEqual([43, "2026-13-31"]);
		const amount = dataset.sums.find((s: Body) => s.field === "amount");
		expect(amount.money.minor).toBe(String(1234 + good.length * 25 + 100 * ((40 * 39) / 2)));
	});

	test("the same sheet again repairs nothing twice", async () => {
		const again = (await sheetOf()).split("\n");
		const old = [again[0], "42,Amount,?,2026-11-06,R6,=1+1,12.34", ""].join("\n");
		const repair = await repaired(old);
		expect(repair.state).toBe("refused");
		expect(repair.error.code).toBe("repair");
		expect((await project.client.get(path())).rows_accepted).toBe(41);
	});

	test("the rest comes in a workbook", async () => {
		const answer = await fetch(`${instance.url}${path("/rejects/export?format=xlsx")}`, {
			headers: person.client.headers("GET", false),
		});
		const untouched = await repaired(new Uint8Array(await answer.arrayBuffer()), "same.xlsx");
		expect(untouched.state).toBe("refused");
		const [head] = (await sheetOf()).split("\n");
		const rest = [
			head,
			"44,,?,2026-11-08,R8,short,1.00",
			"43,,?,2026-11-30,R7,no such day,3.00",
			"7,,?,2026-11-30,R7,never rejected,3.00",
			"",
		].join("\n");
		expect(await repaired(rest)).toMatchObject({
			state: "applied",
			rows_repaired: 2,
			rows_rejected: 0,
			rows_ignored: 1,
		});
		dataset = await project.client.get(path());
		expect([dataset.rows_accepted, dataset.rows_rejected]).toEqual([43, 0]);
		expect((await rowsOf()).slice(41).map((r) => r.reference)).toEqual(["R7", "R8"]);
		expect((await project.client.get(path("/rejects"))).total).toBe(0);
		const bytes = new TextEncoder().encode(rest);
		const done = await announceRepair(bytes);
		expect([done.status, done.body.code]).toEqual([422, "repair"]);
	});

	test("a sheet without the line is refused with a reason", async () => {
		const source = await newSource(project, "ledger");
		const kept = dataset;
		dataset = await readyDataset(project, await upload(project, source.id, "other.csv", text));
		const repair = await repaired("Date,Reference,Description,Amount\n2026-11-06,R6,x,1.00\n");
		expect(repair.state).toBe("refused");
		expect(repair.error.detail).toContain("recon: line");
		const wrong = await announceRepair(new Uint8Array(10), { source: kept.source });
		expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, "/source"]);
		dataset = kept;
	});

	test("who only hands files in may not repair", async () => {
		const uploader = await newPerson("uploader");
		dev("recon", "member", "add", uploader.email, "--project", project.id, "--role", "uploader");
		const answer = await uploader.client.call("POST", `${project.path}/uploads`, {
			json: { source: dataset.source, name: "r.csv", size: 10, repairs: dataset.id },
			headers: { "idempotency-key": idempotencyKey() },
		});
		expect([answer.status, answer.body.code]).toEqual([403, "forbidden"]);
	});

	test("every reading has a receipt, chained by hashes", async () => {
		const { items } = await project.client.get(path("/receipts"));
		expect(items.map((r: Body) => r.no)).toEqual([1, 2, 3]);
		expect(items.map((r: Body) => r.receipt.previous)).toEqual([
			null,
			items[0].sha256,
			items[1].sha256,
		]);
		for (const { receipt, sha256: hash } of items) {
			expect(sha256(canonical(receipt))).toBe(hash);
		}
		expect(items[0].receipt.file.sha256).toBe(sha256(text));
		expect(items[2].receipt.rows).toEqual({ read: 43, accepted: 43, rejected: 0, skipped: 0 });
		expect(items[2].receipt.repair.rows_repaired).toBe(2);
	});
});

/** JSON with sorted members and no blanks. */
function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(",")}}`;
}

describe("taking a dataset back", () => {
	test("one that nothing holds is reversed, stays to be seen, and is used no more", async () => {
		const person = await newPerson("analyst");
		const project = await newProject(person.client);
		const source = await newSource(project, "ledger");
		const dataset = await readyDataset(
			project,
			await upload(project, source.id, "ledger.csv", text),
		);
		const path = `${project.path}/datasets/${dataset.id}`;
		const reversed = await project.client.post(`${path}/reverse`, { note: "the wrong month" });
		expect(reversed.state).toBe("reversed");
		expect(reversed.reversal.note).toBe("the wrong month");
		const again = await project.client.call("POST", `${path}/reverse`, {
			json: { note: "why" },
		});
		expect([again.status, again.body.code]).toEqual([409, "dataset_not_ready"]);
		expect((await project.client.get(`${path}/rows`)).total).toBe(40);
		const list = await project.client.get(`${project.path}/datasets?state=reversed`);
		expect(list.items.map((d: Body) => d.id)).toEqual([dataset.id]);
		const repair = await project.client.call("POST", `${project.path}/uploads`, {
			json: { source: source.id, name: "r.csv", size: 10, repairs: dataset.id },
			headers: { "idempotency-key": idempotencyKey() },
		});
		expect([repair.status, repair.body.code]).toEqual([409, "dataset_not_ready"]);
	});

	test("a live match holds it; without one it goes, and no job takes it", async () => {
		const person = await newPerson("analyst");
		const filled = await newFilled(person.client, 10);
		const project = filled.project;
		const path = `${project.path}/datasets/${filled.ids.dataset}`;
		const held = await project.client.call("POST", `${path}/reverse`, {
			json: { note: "why" },
		});
		expect([held.status, held.body.code]).toEqual([409, "dataset_held"]);
		expect((await project.client.get(path)).state).toBe("ready");

		const review = `${project.path}/reconciliations/${filled.ids.reconciliation}`;
		const { view } = await project.client.post(`${review}/views`, { kind: "matches" });
		const { items } = await project.client.get(`${project.path}/views/${view}/rows?limit=500`);
		for (const row of items.filter((m: Body) => m.state === "confirmed")) {
			const { version } = await project.client.get(review);
			await project.client.post(
				`${review}/decisions`,
				{ kind: "reject", match: row.match },
				{ "if-match": `"${version}"`, "idempotency-key": idempotencyKey() },
			);
		}
		const reversed = await project.client.post(`${path}/reverse`, { note: "twice" });
		expect(reversed.state).toBe("reversed");
		expect(reversed.reversal.note).toBe("twice");
		await expect(
			startJob(
				project,
				filled.ids.reconciliation as string,
				[filled.ids.dataset as string],
				[filled.right.dataset],
			),
		).rejects.toThrow(/dataset_not_ready/);
		// The reviewed job still shows what it was about.
		expect((await project.client.get(`${project.path}/views/${view}/rows`)).items).not.toEqual([]);
	});

	test("a job keeps the rows that it was started with", async () => {
		const person = await newPerson("analyst");
		const project = await newProject(person.client);
		const left = await newSource(project, "ledger");
		const right = await newSource(project, "bank");
		const broken = text.replace(/2026-11-08,R8,short\n/, "");
		const a = await readyDataset(project, await upload(project, left.id, "a.csv", broken));
		const b = await readyDataset(project, await upload(project, right.id, "b.csv", broken));
		const made = await project.client.post(
			`${project.path}/reconciliations`,
			{ name: "kept", left: left.id, right: right.id },
			{ "idempotency-key": idempotencyKey() },
		);
		const run = async () => {
			const started = await startJob(project, made.id, [a.id], [b.id]);
			return until(
				"job",
				() => project.client.get(`${project.path}/jobs/${started.id}`),
				(job) => job.state === "done" || job.state === "failed",
			);
		};
		const first = await run();
		expect(first.summary.left_rows).toBe(40);
		const sheet = (
			await person.client.call("GET", `${project.path}/datasets/${a.id}/rejects/export`)
		).body.replace("not a number", "12.34");
		const bytes = new TextEncoder().encode(sheet);
		const announced = await project.client.post(
			`${project.path}/uploads`,
			{ source: left.id, name: "r.csv", size: bytes.byteLength, repairs: a.id },
			{ "idempotency-key": idempotencyKey() },
		);
		await project.client.want("PUT", announced.href, {
			body: bytes,
			headers: { "content-type": "application/octet-stream" },
		});
		await until(
			"repair",
			() => project.client.get(`${project.path}/datasets/${a.id}`),
			(d) => d.rows_accepted === 41,
		);
		const { view } = await project.client.post(`${project.path}/reconciliations/${made.id}/views`, {
			kind: "matches",
			job: first.id,
		});
		expect((await project.client.get(`${project.path}/views/${view}/rows`)).total).toBeGreaterThan(
			0,
		);
		expect((await run()).summary.left_rows).toBeGreaterThan(0);
	});
});
