// The upload pool's own rules: what tus promises, what a whole PUT promises, and that a body is
// either stored as announced or leaves nothing.
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { Client } from "../lib/client.ts";
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

	describe("what tus adds", () => {
		const part = (href: string, offset: number, body: Uint8Array, checksum: string) =>
			project.client.call("PATCH", href, {
				body,
				headers: {
					...tus,
					"content-type": "application/offset+octet-stream",
					"upload-offset": String(offset),
					"upload-checksum": checksum,
				},
			});
		const sum = (algorithm: string, body: Uint8Array) =>
			`${algorithm} ${createHash(algorithm).update(body).digest("base64")}`;

		test.each(["sha1", "sha256"])("a part with another %s is not kept", async (algorithm) => {
			const announced = await announce(project, source, "sum.csv", table);
			const half = table.slice(0, 20);
			const damaged = new Uint8Array(half);
			damaged[3] = (damaged[3] ?? 0) ^ 1;
			const refused = await part(announced.href, 0, damaged, sum(algorithm, half));
			expect([refused.status, refused.body.code]).toEqual([460, "checksum"]);
			expect((await head(announced.href)).headers.get("upload-offset")).toBe("0");
			expect((await part(announced.href, 0, half, sum(algorithm, half))).status).toBe(204);
			const rest = table.slice(20);
			expect((await part(announced.href, 20, rest, sum(algorithm, rest))).status).toBe(204);
			expect((await scanned(project, announced.file)).state).toBe("clean");
		});

		test("a checksum of no known kind is refused", async () => {
			const announced = await announce(project, source, "sum.csv", table);
			for (const wrong of ["md5 abc=", "sha1", "sha1 xyz", ""]) {
				const answer = await part(announced.href, 0, table, wrong);
				if (wrong !== "") expect(answer.status).toBe(400);
			}
		});

		test("an upload says when it expires, until it is whole", async () => {
			const announced = await announce(project, source, "late.csv", table);
			const open = await head(announced.href);
			const expires = new Date(open.headers.get("upload-expires") ?? "");
			expect(Math.abs(expires.getTime() - new Date(announced.expires_at).getTime())).toBeLessThan(
				1001,
			);
			const first = await part(
				announced.href,
				0,
				table.slice(0, 9),
				sum("sha1", table.slice(0, 9)),
			);
			expect(first.headers.get("upload-expires")).toBe(open.headers.get("upload-expires"));
			const last = await part(announced.href, 9, table.slice(9), sum("sha1", table.slice(9)));
			expect(last.headers.get("upload-expires")).toBeNull();
		});

		test("what the server speaks can be asked", async () => {
			const announced = await announce(project, source, "ask.csv", table);
			const answer = await fetch(project.client.origin + announced.href, { method: "OPTIONS" });
			expect(answer.status).toBe(204);
			expect(answer.headers.get("tus-version")).toBe("1.0.0");
			expect(answer.headers.get("tus-extension")).toBe("creation,checksum,expiration,termination");
			expect(answer.headers.get("tus-checksum-algorithm")).toBe("sha1,sha256");
			expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
		});
	});

	describe("an upload that tus announces", () => {
		const encoded = (text: string) => Buffer.from(text).toString("base64");
		const create = (metadata: string, length = String(table.length), more = {}) =>
			project.client.call("POST", `${project.path}/uploads/tus`, {
				headers: { ...tus, "upload-length": length, "upload-metadata": metadata, ...more },
			});
		const about = (name: string, more = "") =>
			`filename ${encoded(name)},filetype ${encoded("text/csv")},source ${encoded(source)}${more}`;

		test("goes to where Location says, and becomes a file", async () => {
			const hash = createHash("sha256").update(table).digest("hex");
			const said = about("größe.csv", `,sha256 ${encoded(hash)},flag`);
			const made = await create(said);
			expect([made.status, made.headers.get("tus-resumable")]).toEqual([201, "1.0.0"]);
			const href = made.headers.get("location") ?? "";
			expect(href).toMatch(/^\/api\/v1\/projects\/[^/]+\/uploads\/[^/]+\/content$/);
			const asked = await head(href);
			expect(asked.headers.get("upload-metadata")).toBe(said);
			expect(asked.headers.get("upload-length")).toBe(String(table.length));
			expect(asked.headers.get("upload-expires")).toBe(made.headers.get("upload-expires"));
			expect((await sendPart(project, href, 0, table.slice(0, 9))).status).toBe(204);
			expect((await sendPart(project, href, 9, table.slice(9))).status).toBe(204);
			const files = await project.client.get(`${project.path}/files?limit=1`);
			const file = await scanned(project, files.items[0].id);
			expect([file.name, file.state, file.sha256]).toEqual(["größe.csv", "clean", hash]);
		});

		const metadataOf: Record<string, () => string> = {
			fine: () => about("a.csv"),
			"no source": () => `filename ${encoded("a.csv")}`,
			"no Base64": () => about("a.csv").replace("filename ", "filename %"),
			"an ending that is not taken": () => about("a.xlsm"),
			"a source of nobody": () =>
				`filename ${encoded("a.csv")},source ${encoded(crypto.randomUUID())}`,
		};
		test.each([
			["fine", { "upload-length": "many" }, 400, "bad_request"],
			["fine", { "upload-length": "99999999999" }, 413, "too_large"],
			["fine", { "tus-resumable": "0.2.2" }, 412, "precondition"],
			["no source", {}, 422, "missing_field"],
			["no Base64", {}, 400, "bad_request"],
			["an ending that is not taken", {}, 422, "file_type"],
			["a source of nobody", {}, 404, "not_found"],
		] as const)("with %s and %o is refused", async (what, change, status, code) => {
			const answer = await create(metadataOf[what]?.() ?? "", undefined, change);
			expect([answer.status, answer.body.code]).toEqual([status, code]);
			expect(answer.headers.get("location")).toBeNull();
			if (status === 412) expect(answer.headers.get("tus-version")).toBe("1.0.0");
		});

		test("can be asked about before", async () => {
			const answer = await fetch(`${project.client.origin}${project.path}/uploads/tus`, {
				method: "OPTIONS",
			});
			expect([answer.status, answer.headers.get("tus-extension")]).toEqual([
				204,
				"creation,checksum,expiration,termination",
			]);
		});
	});

	describe("a form", () => {
		let key: Client;

		beforeAll(async () => {
			const made = await project.client.post("/api/v1/auth/api-keys", {
				name: "forms",
				scopes: ["upload", "read"],
				expires_in_days: 1,
			});
			key = new Client(project.client.origin);
			key.bearer = made.secret;
		});

		async function form(client: Client, href: string, body: Uint8Array, files = 1) {
			const data = new FormData();
			data.append("note", "from a script");
			for (let i = 0; i < files; i++) {
				data.append("file", new Blob([body as BlobPart]), `ledger${i}.csv`);
			}
			const request = new Request(client.origin + href, { method: "POST", body: data });
			return client.call("POST", href, {
				body: new Uint8Array(await request.arrayBuffer()),
				headers: { "content-type": request.headers.get("content-type") ?? "" },
			});
		}

		test("is taken from a program with a key", async () => {
			const announced = await announce(project, source, "form.csv", table);
			expect((await form(key, announced.href, table)).status).toBe(204);
			const file = await scanned(project, announced.file);
			expect([file.state, file.size]).toEqual(["clean", table.length]);
		});

		test("of many megabytes arrives whole", async () => {
			const large = bytes(`date,amount\n${"2026-11-01,1.00\n".repeat(700_000)}`);
			const announced = await announce(project, source, "form.csv", large);
			expect((await form(key, announced.href, large)).status).toBe(204);
			expect((await scanned(project, announced.file)).size).toBe(large.length);
		}, 60_000);

		test("is not taken from a browser's session, nor with another number of files", async () => {
			const announced = await announce(project, source, "form.csv", table);
			const browser = await form(project.client, announced.href, table);
			expect([browser.status, browser.body.code]).toEqual([415, "media_type"]);
			const two = await form(key, announced.href, table, 2);
			expect([two.status, two.body.code]).toEqual([400, "bad_request"]);
			const longer = await form(key, announced.href, bytes("x".repeat(table.length + 1)));
			expect(longer.status).toBe(413);
			const shorter = await form(key, announced.href, table.slice(1));
			expect([shorter.status, shorter.body.code]).toEqual([400, "short_body"]);
			expect((await form(key, announced.href, table)).status).toBe(204);
		});
	});

	test.each([
		["book.xlsm", /macros/],
		["ledger.csv.zst", /gzip/],
		["statement.pdf", /no rows/],
	])("%s is refused with a reason when it is announced", async (name, reason) => {
		const answer = await project.client.call("POST", `${project.path}/uploads`, {
			json: { source, name, size: 10 },
			headers: { "idempotency-key": crypto.randomUUID() },
		});
		expect([answer.status, answer.body.code]).toEqual([422, "file_type"]);
		expect(answer.body.detail).toMatch(reason);
	});

	test("the limits that are published hold, and nginx has none of its own below them", async () => {
		const { upload } = await project.client.get("/api/v1/limits");
		expect(upload.types).toContain("xlsx");
		expect(upload.types).not.toContain("zst");
		const over = await project.client.call("POST", `${project.path}/uploads`, {
			json: { source, name: "a.csv", size: upload.max_bytes + 1 },
			headers: { "idempotency-key": crypto.randomUUID() },
		});
		expect([over.status, over.body.code]).toEqual([413, "too_large"]);
		const announced = await announce(project, source, "b.csv", new Uint8Array(0), {
			size: upload.max_bytes,
		});
		const part = new Uint8Array(upload.part_bytes);
		expect((await sendPart(project, announced.href, 0, part)).status).toBe(204);
		const more = await sendPart(
			project,
			announced.href,
			upload.part_bytes,
			new Uint8Array(upload.part_bytes + 1),
		);
		expect([more.status, more.body.code]).toEqual([413, "too_large"]);
		expect((await end(announced.href)).status).toBe(204);
	});
});
