// tus and PUT as a hostile or clumsy client uses them: sizes, offsets, races, bodies nobody reads.
import type { TLSSocket } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { dial } from "../lib/raw.ts";
import {
	announce,
	newPerson,
	newProject,
	newSource,
	type Project,
	scanned,
	sendPart,
} from "../lib/story.ts";

let project: Project;
let source: string;

beforeAll(async () => {
	project = await newProject((await newPerson("hostile")).client);
	source = (await newSource(project, "ledger")).id;
});

const tus = { "tus-resumable": "1.0.0" };
const rows = (bytes: number) =>
	Buffer.from(`day,amount\n${"2026-11-01,1.00\n".repeat(Math.ceil(bytes / 16))}`);
const head = async (upload: Body) => {
	const answer = await project.client.call("HEAD", upload.href, { headers: tus });
	return Number(answer.headers.get("upload-offset"));
};
const put = (upload: Body, body: Uint8Array) =>
	project.client.call("PUT", upload.href, {
		body,
		headers: { "content-type": "application/octet-stream" },
	});
const end = (upload: Body) => project.client.call("DELETE", upload.href, { headers: tus });

test("a file of some megabytes goes up whole and in parts of the greatest size", async () => {
	const bytes = rows(9 << 20);
	const whole = await announce(project, source, "whole.csv", bytes);
	expect((await put(whole, bytes)).status).toBe(204);
	const parts = await announce(project, source, "parts.csv", bytes);
	const first = await sendPart(project, parts.href, 0, bytes.subarray(0, parts.part_bytes));
	expect(first.status).toBe(204);
	const rest = bytes.subarray(parts.part_bytes);
	expect((await sendPart(project, parts.href, parts.part_bytes, rest)).status).toBe(204);
	expect((await scanned(project, whole.file)).state).toBe("clean");
	expect((await scanned(project, parts.file)).state).toBe("clean");
});

describe("a large body that nobody wants is answered with the reason", () => {
	const large = Buffer.alloc(12 << 20, 65);
	const small = Buffer.from("day,amount\n2026-11-01,1.00\n");

	test.each([
		["longer than announced", (u: Body) => put(u, large), 413, "too_large"],
		["a part over the limit", (u: Body) => sendPart(project, u.href, 0, large), 413, "too_large"],
		[
			"a part elsewhere",
			(u: Body) => sendPart(project, u.href, 5, large.subarray(0, 8 << 20)),
			409,
			"upload_offset",
		],
	])("%s", async (_label, send, status, code) => {
		const upload = await announce(project, source, "small.csv", small);
		const answer = await send(upload);
		expect([answer.status, answer.body.code]).toEqual([status, code]);
		expect(await head(upload)).toBe(0);
	});

	test("an upload that is done", async () => {
		const upload = await announce(project, source, "small.csv", small);
		expect((await put(upload, small)).status).toBe(204);
		const answer = await put(upload, large);
		expect([answer.status, answer.body.code]).toEqual([409, "upload_done"]);
	});
});

test.each(["-1", "99999999999999999999", "9223372036854775808", "0x0", "+0", "1e1", "", "0, 0"])(
	"the offset %j is no number",
	async (offset) => {
		const upload = await announce(project, source, "a.csv", rows(16));
		const answer = await project.client.call("PATCH", upload.href, {
			body: "x",
			headers: {
				...tus,
				"content-type": "application/offset+octet-stream",
				"upload-offset": offset,
			},
		});
		expect([answer.status, answer.body.code]).toEqual([400, "bad_request"]);
	},
);

test("parts of nothing change nothing", async () => {
	const bytes = rows(64);
	const upload = await announce(project, source, "a.csv", bytes);
	const answers = await Promise.all(
		Array.from({ length: 50 }, () => sendPart(project, upload.href, 0, new Uint8Array())),
	);
	expect(answers.map((a) => a.status)).toEqual(Array(50).fill(204));
	expect(await head(upload)).toBe(0);
	expect((await sendPart(project, upload.href, 0, bytes)).status).toBe(204);
	expect((await scanned(project, upload.file)).state).toBe("clean");
});

test("of ten clients that send the same part one is heard", async () => {
	const bytes = rows(64);
	const upload = await announce(project, source, "a.csv", bytes);
	const half = bytes.subarray(0, 32);
	const answers = await Promise.all(
		Array.from({ length: 10 }, () => sendPart(project, upload.href, 0, half)),
	);
	expect(answers.map((a) => a.status).sort()).toEqual([204, ...Array(9).fill(409)]);
	expect(await head(upload)).toBe(32);
});

test("giving up races the last part: one of them happens, never both", async () => {
	const bytes = rows(64);
	for (let i = 0; i < 8; i++) {
		const upload = await announce(project, source, "a.csv", bytes);
		const [part, gone] = await Promise.all([sendPart(project, upload.href, 0, bytes), end(upload)]);
		expect([part.status, gone.status].sort()).toEqual([204, 409]);
		const file = await scanned(project, upload.file);
		expect(file.state).toBe(gone.status === 204 ? "rejected" : "clean");
	}
});

/** Clients at these addresses that begin a PUT of this many bytes and then stop sending. */
async function silent(upload: Body, length: number, from: string[]): Promise<TLSSocket[]> {
	const headers = Object.entries({
		...project.client.headers("PUT", false),
		host: "127.0.0.1",
		"content-type": "application/octet-stream",
		"content-length": String(length),
	});
	const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
	const sockets = await Promise.all(from.map((address) => dial(address)));
	for (const socket of sockets) {
		socket.on("error", () => {});
		socket.write(`PUT ${upload.href} HTTP/1.1\r\n${lines}\r\nabc`);
	}
	return sockets;
}

const here: string[] = Array(20).fill("127.0.0.1");
const everywhere = here.map((_, i) => `127.0.0.${i + 1}`);

test.each([
	["a part", 1000, here],
	["a file that streams", 20 << 20, here],
	["a file that streams from twenty addresses", 20 << 20, everywhere],
])(
	"twenty clients that stop sending in the middle of %s hold nobody up",
	async (_label, length, from) => {
		const upload = await announce(project, source, "slow.csv", new Uint8Array(length), {});
		const sockets = await silent(upload, length, from);
		try {
			const other = await announce(project, source, "other.csv", rows(16));
			const started = Date.now();
			expect((await put(other, rows(16))).status).toBe(204);
			expect(await head(other)).toBe(rows(16).byteLength);
			// nginx gives a silent client up after 30 s; nobody waits for that.
			expect(Date.now() - started).toBeLessThan(15_000);
		} finally {
			for (const socket of sockets) socket.destroy();
		}
		expect(await head(upload)).toBe(0);
	},
);
