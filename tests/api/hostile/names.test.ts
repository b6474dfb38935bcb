// Texts that people and programs put where a name goes: kept exactly, or refused with a code.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson, newProject, newSource, type Project } from "../lib/story.ts";

let project: Project;
let source: string;

beforeAll(async () => {
	project = await newProject((await newPerson("names")).client);
	source = (await newSource(project, "ledger")).id;
});

// The corpus of naughty strings, where there is one, comes on top of these.
const built = [
	"<script>alert(1)</script>",
	"'; DROP TABLE project; --",
	"{{7*7}} %s%n%x",
	"../../etc/passwd",
	"=cmd|' /C calc'!A0",
	"Ω≈ç√∫˜µ≤≥÷",
	"👩‍👩‍👧‍👦",
	"ﷺ",
	"ثم نفس سقطت",
	"\u202Eevil\u202C",
	"a\u0000b",
	"a\r\nSet-Cookie: x=1",
	"\ufeffbom",
	"\ud800",
	" ",
	"NULL",
	"undefined",
	"1e1000",
	"x".repeat(255),
	"x".repeat(256),
	"é".repeat(128),
	"e\u0301",
];

function corpus(): string[] {
	try {
		return JSON.parse(
			readFileSync(`${process.env.RECON_CORPUS}/naughty-strings/blns.json`, "utf8"),
		);
	} catch {
		return [];
	}
}

test("every name comes back as it was given, or is refused", async () => {
	let kept = 0;
	for (const name of [...built, ...corpus()]) {
		const answer = await project.client.call("POST", `${project.path}/sources`, {
			json: { name, kind: "other", time_zone: "UTC" },
		});
		if (answer.status === 201) {
			kept++;
			const read = await project.client.get(`${project.path}/sources/${answer.body.id}`);
			expect(read.name).toBe(answer.body.name);
			expect(answer.body.name).toBe(name);
			// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
			expect(name).not.toMatch(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/);
		} else {
			expect([400, 409, 422]).toContain(answer.status);
			expect(answer.body.code).toMatch(/^(invalid|json_syntax|exists)$/);
		}
	}
	expect(kept).toBeGreaterThan(10);
});

describe("file names", () => {
	test.each([
		"../../etc/passwd.csv",
		"a/b.csv",
		"a\\b.csv",
		"a\r\nb.csv",
		".csv",
		"a.csv\u0000.exe",
		"con.csv",
	])("%j is data or refused, never a path", async (name) => {
		const answer = await project.client.call("POST", `${project.path}/uploads`, {
			json: { source, name, size: 5 },
		});
		expect([201, 400, 422]).toContain(answer.status);
		if (answer.status !== 201) return;
		const file = await project.client.get(`${project.path}/files/${answer.body.file}`);
		expect(file.name).not.toMatch(/[\r\n\0]/);
	});

	test.each(["a.exe", "a", "a.csv.exe", "a.html"])(
		"%s is of no type that is read",
		async (name) => {
			const answer = await project.client.call("POST", `${project.path}/uploads`, {
				json: { source, name, size: 5 },
			});
			expect([answer.status, answer.body.code]).toEqual([422, "file_type"]);
		},
	);
});
