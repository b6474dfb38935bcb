// The upload pool's own rules: what tus promises, what a whole PUT promises, and that a body is
// either stored as announced or leaves nothing.
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import {
	announce,
	fileOf,
	newPerson,
	newProject,
	newSource,
	type Project,
	scanned,
	sendPart,
} from "../lib/story.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const table = bytes("date,amount\n2026-11-01,1.00\n2026-11-02,2.00\n");
const tus = { "tus-resumable": "1.0.0" };

describe("upload", () => {
	let project: Project;
	let source: string;

	beforeAll(async () => {
		project = await newProject((await newPerson("sender")).client);
		source = (await newSource(project, "ledger")).id;
	});

	const put = (href: string, body: Uint8Array) =>
		project.client.call("PUT", href, {
			body,
			headers: { "content-type": "application/octet-stream" },
		});
	const head = (href: string) => project.client.call("HEAD", href, { headers: tus });
	const end = (href: string) => project.client.call("DELETE", href, { headers: tus });

	test("a whole file with the announced hash is taken once", async () => {
		const sha256 = createHash("sha256").update(table).digest("hex");
		const announced = await announce(project, source, "once.csv", table, { sha256 });
		expect((await put(announced.href, table)).status).toBe(204);
		const again = await put(announced.href, table);
		expect([again.status, again.body.code]).toEqual([409, "upload_done"]);
		const file = await scanned(project, announced.file);
		expect([file.state, file.sha256]).toEqual(["clean", sha256]);
		expect((await head(announced.href)).headers.get("upload-offset")).toBe(String(table.length));
	});

	test("a body of many megabytes arrives whole", async () => {
		const row = "2026-11-01,1.00\n";
		const large = bytes(`date,amount\n${row.repeat(600_000)}`);
		const announced = await announce(project, source, "large.csv", large);
		expect((await put(announced.href, large)).status).toBe(204);
		const file = await scanned(project, announced.file);
		expect([file.state, file.size]).toEqual(["clean", large.length]);
	}, 60_000);

	test("a shorter body than announced is refused and can be sent again", async () => {
		const announced = await announce(project, source, "short.csv", table);
		const short = await put(announced.href, table.slice(0, 10));
		expect([short.status, short.body.code]).toEqual([400, "short_body"]);
		expect((await head(announced.href)).headers.get("upload-offset")).toBe("0");
		expect((await put(announced.href, table)).status).toBe(204);
		expect((await scanned(project, announced.file)).state).toBe("clean");
	});

	test("a whole body does not replace parts that have arrived", async () => {
		const announced = await announce(project, source, "mixed.csv", table);
		expect((await sendPart(project, announced.href, 0, table.slice(0, 20))).status).toBe(204);
		const whole = await put(announced.href, table);
		expect([whole.status, whole.body.code]).toEqual([409, "upload_offset"]);
	});

	test("a part beyond the announced end is refused", async () => {
		const announced = await announce(project, source, "over.csv", table);
		const over = await sendPart(project, announced.href, 0, new Uint8Array(table.length + 1));
		expect([over.status, over.body.code]).toEqual([413, "too_large"]);
	});

	test("the answer to a part says where the next one starts", async () => {
		const announced = await announce(project, source, "next.csv", table);
		const first = await sendPart(project, announced.href, 0, table.slice(0, 12));
		expect(first.headers.get("upload-offset")).toBe("12");
		expect(first.headers.get("tus-resumable")).toBe("1.0.0");
	});

	test("the same part sent twice at once is stored once", async () => {
		const announced = await announce(project, source, "twice.csv", table);
		const answers = await Promise.all(
			[0, 0, 0].map((offset) => sendPart(project, announced.href, offset, table)),
		);
		const statuses = answers.map((a) => a.status).sort();
		expect(statuses).toEqual([204, 409, 409]);
		expect((await scanned(project, announced.file)).state).toBe("clean");
	});

	const badParts: [string, Record<string, string>, number, string][] = [
		["another version of tus", { "tus-resumable": "0.2.2" }, 412, "precondition"],
		["another content type", { "content-type": "text/csv" }, 415, "media_type"],
		["no number as offset", { "upload-offset": "twelve" }, 400, "bad_request"],
	];
	test.each(badParts)("a part with %s is refused", async (_, change, status, code) => {
		const announced = await announce(project, source, "bad.csv", table);
		const answer = await project.client.call("PATCH", announced.href, {
			body: table,
			headers: {
				...tus,
				"content-type": "application/offset+octet-stream",
				"upload-offset": "0",
				...change,
			},
		});
		expect([answer.status, answer.body.code]).toEqual([status, code]);
		expect((await head(announced.href)).headers.get("upload-offset")).toBe("0");
	});

	test("an upload that is given up is over, and its file with it", async () => {
		const announced = await announce(project, source, "gone.csv", table);
		expect((await sendPart(project, announced.href, 0, table.slice(0, 20))).status).toBe(204);
		expect((await end(announced.href)).status).toBe(204);
		const more = await sendPart(project, announced.href, 20, table.slice(20));
		expect([more.status, more.body.code]).toEqual([409, "upload_done"]);
		expect((await end(announced.href)).status).toBe(409);
		const file = await fileOf(project, announced.file);
		expect([file.state, file.verdict.code]).toEqual(["rejected", "cancelled"]);
	});

	test("nobody else's upload can be written, read or ended", async () => {
		const announced = await announce(project, source, "mine.csv", table);
		const stranger = (await newPerson("stranger")).client;
		const asks = [
			stranger.call("PUT", announced.href, {
				body: table,
				headers: { "content-type": "application/octet-stream" },
			}),
			stranger.call("HEAD", announced.href, { headers: tus }),
			stranger.call("DELETE", announced.href, { headers: tus }),
		];
		for (const answer of await Promise.all(asks)) expect([401, 403, 404]).toContain(answer.status);
		expect((await head(announced.href)).headers.get("upload-offset")).toBe("0");
	});
});
