// Files as people really send them: hostile, broken, interrupted.
import { connect } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { instance, sleep } from "../lib/instance.ts";
import {
	announce,
	datasetOf,
	fileOf,
	newPerson,
	newProject,
	newSource,
	type Project,
	readyDataset,
	scanned,
	sendPart,
	upload,
} from "../lib/story.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
// In two pieces, so that no scanner takes this file for the thing itself.
const eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

const rows = (n: number) =>
	Array.from(
		{ length: n },
		(_, i) => `2026-11-${String((i % 28) + 1).padStart(2, "0")},R${i},${i}.50`,
	);
const csv = (n: number) => `date,reference,amount\n${rows(n).join("\n")}\n`;

describe("files", () => {
	let project: Project;
	let source: string;

	beforeAll(async () => {
		project = await newProject((await newPerson("uploader")).client);
		source = (await newSource(project, "ledger")).id;
	});

	/** A file that was refused: its verdict, and nothing readable came of it. */
	async function refused(file: string, state: string): Promise<Body> {
		const settled = await scanned(project, file);
		expect(settled.state).toBe(state);
		expect(settled.dataset).toBeNull();
		expect(settled.verdict.code).toMatch(/^[a-z_]+$/);
		expect(settled.verdict.detail.length).toBeGreaterThan(10);
		return settled;
	}

	test("EICAR inside a CSV is refused by name and nothing usable remains", async () => {
		const file = await upload(project, source, "bad.csv", `${csv(50)}2026-11-01,${eicar},1.00\n`);
		const settled = await refused(file, "infected");
		expect(settled.verdict.code).toBe("file_infected");
	});

	test("a file that is EICAR alone is refused", async () => {
		await refused(await upload(project, source, "eicar.csv", eicar), "infected");
	});

	test("an empty file is refused when it is announced", async () => {
		const answer = await project.client.call("POST", `${project.path}/uploads`, {
			json: { source, name: "empty.csv", size: 0 },
			headers: { "idempotency-key": crypto.randomUUID() },
		});
		expect(answer.status).toBe(422);
		expect(answer.body.request_id).toBeTruthy();
	});

	test("a program renamed to .csv is rejected for its content", async () => {
		const elf = new Uint8Array(4096);
		elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
		for (let i = 64; i < elf.length; i++) elf[i] = (i * 7919) & 0xff;
		const settled = await refused(await upload(project, source, "program.csv", elf), "rejected");
		expect(settled.verdict.code).toBe("file_type");
	});

	test("ragged rows are set aside with their line and reason; the others are read", async () => {
		const own = (await newSource(project, "bank")).id;
		const text = `${csv(20)}2026-11-03,short\n2026-11-04,long,1.00,extra,extra\n2026-11-05,fine,9.99\n`;
		const dataset = await readyDataset(project, await upload(project, own, "ragged.csv", text));
		expect(dataset.state).toBe("ready");
		expect([dataset.rows_read, dataset.rows_accepted, dataset.rows_rejected]).toEqual([23, 21, 2]);
		const rejects = await project.client.get(
			`${project.path}/datasets/${dataset.id}/rejects?offset=0&limit=10`,
		);
		expect(rejects.items.map((r: Body) => [r.line, r.code])).toEqual([
			[22, "row_ragged"],
			[23, "row_ragged"],
		]);
	});

	test("the money of a dataset is the money of its file", async () => {
		const own = (await newSource(project, "orders")).id;
		const dataset = await readyDataset(project, await upload(project, own, "sum.csv", csv(100)));
		const amount = dataset.sums.find((s: Body) => s.field === "amount");
		expect(amount.money).toEqual({ minor: String(100 * 50 + 100 * (99 * 50)), currency: "EUR" });
	});

	test("a file with another hash than announced is refused", async () => {
		const body = bytes(csv(5));
		const announced = await announce(project, source, "hash.csv", body, {
			sha256: "0123456789abcdef".repeat(4),
		});
		const sent = await project.client.call("PUT", announced.href, {
			body,
			headers: { "content-type": "application/octet-stream" },
		});
		if (sent.status === 422) expect(sent.body.code).toBe("file_hash");
		else expect((await refused(announced.file, "rejected")).verdict.code).toBe("file_hash");
	});

	test("a body longer than announced is refused", async () => {
		const announced = await announce(project, source, "long.csv", bytes(csv(3)), {});
		const sent = await project.client.call("PUT", announced.href, {
			body: bytes(csv(300)),
			headers: { "content-type": "application/octet-stream" },
		});
		expect([400, 409, 413, 422]).toContain(sent.status);
		expect(sent.body.code).toMatch(/^[a-z_]+$/);
		expect((await fileOf(project, announced.file)).state).toBe("receiving");
	});

	test("an upload in parts goes on where it was cut", async () => {
		const own = (await newSource(project, "settlements")).id;
		const body = bytes(csv(2000));
		const half = Math.floor(body.length / 2);
		const announced = await announce(project, own, "parts.csv", body);

		expect((await sendPart(project, announced.href, 0, body.slice(0, half))).status).toBe(204);
		const ahead = await sendPart(project, announced.href, half + 10, body.slice(half + 10));
		expect([ahead.status, ahead.body.code]).toEqual([409, "upload_offset"]);
		const head = await project.client.call("HEAD", announced.href, {
			headers: { "tus-resumable": "1.0.0" },
		});
		expect(head.headers.get("upload-offset")).toBe(String(half));
		expect(head.headers.get("upload-length")).toBe(String(body.length));
		expect((await sendPart(project, announced.href, half, body.slice(half))).status).toBe(204);
		expect((await readyDataset(project, announced.file)).rows_accepted).toBe(2000);
	});

	test("a connection that dies in the middle of a part loses only that part", async () => {
		const body = bytes(csv(4000));
		const announced = await announce(project, source, "cut.csv", body);
		await cutAfter(announced.href, body, Math.floor(body.length / 3));
		await sleep(300);
		const head = await project.client.call("HEAD", announced.href, {
			headers: { "tus-resumable": "1.0.0" },
		});
		const offset = Number(head.headers.get("upload-offset"));
		expect(offset).toBeLessThan(body.length);
		expect((await fileOf(project, announced.file)).state).toBe("receiving");
		expect((await sendPart(project, announced.href, offset, body.slice(offset))).status).toBe(204);
		expect((await scanned(project, announced.file)).state).toBe("clean");
	});

	/** Sends the head and a piece of the body, then drops the connection. */
	function cutAfter(href: string, body: Uint8Array, sent: number): Promise<void> {
		const url = new URL(instance.url);
		const headers = {
			...project.client.headers("PATCH", false),
			host: url.host,
			"content-type": "application/offset+octet-stream",
			"content-length": String(body.length),
			"tus-resumable": "1.0.0",
			"upload-offset": "0",
		};
		const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
		return new Promise((resolve, reject) => {
			const socket = connect(
				{ host: url.hostname, port: Number(url.port), ALPNProtocols: ["http/1.1"] },
				() => {
					socket.write(`PATCH ${href} HTTP/1.1\r\n${head.join("")}\r\n`);
					socket.write(body.slice(0, sent), () => setTimeout(() => socket.destroy(), 100));
				},
			);
			socket.on("close", () => resolve());
			socket.on("error", reject);
		});
	}

	test("a table that needs a decision about its dates asks for it", async () => {
		const own = (await newSource(project, "other")).id;
		const text = `date,amount\n03/04/2026,1.00\n05/06/2026,2.00\n07/08/2026,3.00\n`;
		const dataset = await datasetOf(project, await upload(project, own, "dates.csv", text));
		expect(dataset.state).toBe("needs_mapping");
		expect(dataset.proposal.questions.map((q: Body) => q.code)).toContain("date_order");
	});
});

describe("bodies that are not what they should be", () => {
	let project: Project;

	beforeAll(async () => {
		project = await newProject((await newPerson("sender")).client);
	});

	const cases: [string, string, number, string][] = [
		["a key given twice", '{"name":"a","name":"b"}', 400, "json_duplicate_key"],
		["a truncated document", '{"name":"a"', 400, "json_syntax"],
		["NaN", '{"name":NaN}', 400, "json_syntax"],
		["a trailing comma", '{"name":"a",}', 400, "json_syntax"],
		["nesting without end", `${"[".repeat(5000)}${"]".repeat(5000)}`, 400, "json_depth"],
		["nothing", "", 400, "json_syntax"],
	];

	test.each(cases)("%s", async (_label, body, status, code) => {
		const answer = await project.client.call("POST", "/api/v1/projects", {
			body,
			headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
		});
		expect([answer.status, answer.body.code]).toEqual([status, code]);
		expect(answer.body.request_id).toBeTruthy();
	});

	test("a body over the limit is refused before it is read", async () => {
		const answer = await project.client.call("POST", "/api/v1/projects", {
			body: `{"name":"${"a".repeat(1_200_000)}"}`,
			headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
		});
		expect([answer.status, answer.body.code]).toEqual([413, "too_large"]);
	});
});
