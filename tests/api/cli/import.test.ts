// `recon import`: files handed to a server by a program that has nothing but an API key.
import { execFileSync } from "node:child_process";
import { chmodSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { type Ended, newFolder, startRecon } from "../lib/command.ts";
import { instance } from "../lib/instance.ts";
import { Wire } from "../lib/proxy.ts";
import { newPerson, newProject, newSource, type Person, type Project } from "../lib/story.ts";

// In two pieces, so that no scanner takes this file for the thing itself.
const eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
const csv = (n: number, word = "R") =>
	`date,reference,amount\n${Array.from(
		{ length: n },
		(_, i) => `2026-11-${String((i % 28) + 1).padStart(2, "0")},${word}${i},${i}.50\n`,
	).join("")}`;
const statement = [
	":20:START",
	":25:DE89370400440532013000",
	":28C:1/1",
	":60F:C261101EUR100,00",
	":61:2611021102C50,00NTRFINV-1//B1",
	":86:payment of INV-1",
	":62F:C261102EUR150,00",
	"-",
	"",
].join("\r\n");

const folder = newFolder();
let person: Person;
let project: Project;
let source: Body;
let key: string;

/** A file that is only ours, whoever we are. */
function secret(name: string, text: string): string {
	const path = join(folder.path, name);
	writeFileSync(path, text, { mode: 0o600 });
	return path;
}

async function newKey(name: string, more: Record<string, unknown> = {}): Promise<string> {
	const made = await person.client.post("/api/v1/auth/api-keys", {
		name,
		scopes: ["read", "upload"],
		expires_in_days: 1,
		...more,
	});
	return secret(name, `${made.secret}\n`);
}

interface Place {
	server?: string;
	key?: string;
	ca?: string | null;
	project?: string;
	source?: string;
}

function words(files: string[], place: Place = {}, ...more: string[]): string[] {
	const { server = instance.url, ca = instance.ca } = place;
	return [
		"import",
		...["--server", server, "--key-file", place.key ?? key],
		...(ca === null ? [] : ["--ca", ca]),
		...["--project", place.project ?? project.id, "--source", place.source ?? source.id],
		...more,
		...files,
	];
}

const run = (...args: Parameters<typeof words>): Promise<Ended> => startRecon(words(...args));

beforeAll(async () => {
	person = await newPerson("importer");
	project = await newProject(person.client);
	source = await newSource(project, "ledger");
	key = await newKey("key");
});

describe("a file", () => {
	test("waits for a person when its source has no mapping, then becomes rows", async () => {
		const first = folder.write("first.csv", csv(20));
		const asked = await run([first], {}, "--json");
		expect([asked.code, asked.err]).toMatchObject([5, expect.stringContaining("sending")]);
		const said = JSON.parse(asked.out);
		expect(said).toMatchObject({ path: first, outcome: "asked", state: "needs_mapping" });
		expect(said.error).toBeNull();

		const dataset = await person.client.get(`${project.path}/datasets/${said.dataset}`);
		await person.client.post(`${project.path}/sources/${source.id}/mappings`, {
			mapping: dataset.proposal.mapping,
		});
		const next = folder.write("next.csv", `${csv(20, "S")}2026-11-03,short\n`);
		const ended = await run([next], {}, "--quiet");
		expect(ended).toMatchObject({ code: 0, err: "" });
		expect(ended.out).toBe(`${next}: ready, 21 rows read = 20 accepted + 1 rejected + 0 skipped\n`);
	});

	test("that repeats another one says so, and is taken all the same", async () => {
		const own = await newSource(project, "bank");
		const place = { source: own.name };
		const one = folder.write("one.sta", statement);
		const two = folder.write("two.sta", statement);
		const ended = await run([one, two], place, "--json");
		expect(ended.code).toBe(0);
		const [first, second] = ended.out
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(first).toMatchObject({ outcome: "ready", rows: { read: 1, accepted: 1 } });
		expect(second.outcome).toBe("ready");
		expect(second.sha256).toBe(first.sha256);
		expect(second.repeats).toContainEqual({ kind: "file", file: first.file });
	});

	test("is only sent when nobody waits, and when the key may not look", async () => {
		const path = folder.write("sent.csv", csv(3, "T"));
		const unwatched = await run([path], {}, "--no-wait", "--json");
		expect(unwatched.code).toBe(0);
		expect(JSON.parse(unwatched.out)).toMatchObject({ outcome: "taken", state: "received" });

		const blind = await newKey("blind", { scopes: ["upload"] });
		const ended = await run([path], { key: blind }, "--json");
		expect(ended.code).toBe(0);
		expect(JSON.parse(ended.out)).toMatchObject({ outcome: "taken", rows: null });
	});
});

describe("a file that is refused", () => {
	test("for what the scanner found", async () => {
		const ended = await run([folder.write("bad.csv", `${csv(5)}2026-11-01,${eicar},1.00\n`)]);
		expect(ended.code).toBe(3);
		expect(ended.out).toMatch(/bad\.csv: infected: .*\(file_infected\)/);
	});

	test("for what it holds", async () => {
		const elf = Buffer.alloc(4096, 0x91);
		elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
		const ended = await run([folder.write("program.csv", elf)], {}, "--json");
		expect(ended.code).toBe(3);
		expect(JSON.parse(ended.out)).toMatchObject({
			outcome: "refused",
			state: "rejected",
			error: { code: "file_type" },
		});
	});

	test("before a byte is sent, for what the server would not take", async () => {
		const large = folder.write("large.csv", "");
		truncateSync(large, (256 << 20) + 1);
		const fifo = join(folder.path, "pipe.csv");
		execFileSync("mkfifo", ["-m", "666", fifo]);
		const cases: [string, number, string][] = [
			[folder.write("empty.csv", ""), 3, "file_empty"],
			[large, 4, "too_large"],
			[folder.write("program.exe", "MZ"), 3, "file_type"],
			[folder.write("noending", "a"), 3, "file_type"],
			[fifo, 3, "file_type"],
			[folder.path, 3, "file_type"],
		];
		const before = (await person.client.list(`${project.path}/files`)).length;
		for (const [path, code, wire] of cases) {
			const ended = await run([path], {}, "--json");
			expect([path, ended.code]).toEqual([path, code]);
			expect(JSON.parse(ended.out)).toMatchObject({ state: "refused", error: { code: wire } });
		}
		expect(await person.client.list(`${project.path}/files`)).toHaveLength(before);
	});

	test("does not keep the next one from its way", async () => {
		const files = [join(folder.path, "nowhere.csv"), folder.write("good.csv", csv(4, "G"))];
		const ended = await run(files, {}, "--quiet");
		expect(ended.err).toContain("nowhere.csv: No such file");
		expect(ended.out).toContain("good.csv: ready, 4 rows read");
		expect(ended.code).toBe(3);
	});
});

describe("a server that does not want us", () => {
	const file = () => folder.write("file.csv", csv(3, "F"));

	test("for the key, the project or the source", async () => {
		const stranger = await newPerson("stranger");
		const theirs = await newProject(stranger.client);
		const bound = await newKey("bound", { project: (await newProject(person.client)).id });
		const nothing = "0190a1b2-0000-7000-8000-0123456789ab";
		const cases: [string, Place, number, string][] = [
			["a key that is none", { key: secret("none", `rk_live_${"0".repeat(60)}`) }, 7, "unauth"],
			["somebody else's project", { project: theirs.id }, 3, "not_found"],
			["a project of another key", { key: bound }, 3, "not_found"],
			["no such source", { source: nothing }, 3, "not_found"],
			["no source of this name", { source: "nobody's" }, 3, 'no source "nobody\'s"'],
			["no project of this name", { project: "nobody's" }, 3, 'no project "nobody\'s"'],
			["a key without the right", { key: await newKey("reader", { scopes: ["read"] }) }, 7, "forb"],
		];
		for (const [label, place, code, said] of cases) {
			const ended = await run([file()], place, "--quiet");
			expect([label, ended.err]).toEqual([label, expect.stringContaining(said)]);
			expect([label, ended.code, ended.out]).toEqual([label, code, ""]);
		}
	});

	test("or that we do not trust", async () => {
		const open = secret("open", "rk_live_x");
		chmodSync(open, 0o644);
		const cases: [string, Place, number, string][] = [
			["a certificate of nobody", { ca: null }, 1, "certificate"],
			["no encryption", { server: instance.http }, 1, "must begin with https://"],
			["no certificates", { ca: "/nonexistent" }, 1, "cannot be read"],
			["a key that all may read", { key: open }, 1, "may be used by others"],
			["a key of two lines", { key: secret("two", "a\nb\n") }, 1, "does not hold an API key"],
			["no such key", { key: "/nonexistent" }, 1, "cannot open"],
		];
		for (const [label, place, code, said] of cases) {
			const ended = await run([file()], place, "--patience", "2");
			expect([label, ended.err]).toEqual([label, expect.stringContaining(said)]);
			expect([label, ended.code, ended.out]).toEqual([label, code, ""]);
		}
	});

	test("wrong usage ends with 2", async () => {
		const cases: [string[], string][] = [
			[["import"], "usage: recon import"],
			[["import", "a.csv"], "usage: recon import"],
			[["import", "--source", "a", "a.csv"], "Which project?"],
			[words([file()], {}, "--patience", "long"), "--patience takes seconds"],
			[words([file()], {}, "--fast"), "is no option"],
		];
		for (const [args, said] of cases) {
			const ended = await startRecon(args);
			expect(ended.err).toContain(said);
			expect(ended.code).toBe(2);
		}
	});
});

describe("a server that goes away", () => {
	let wire: Wire;
	const wide = `date,reference,amount\n${"2026-11-01,REFERENCE-OF-A-LONG-ROW,1.00\n".repeat(230_000)}`;

	beforeAll(async () => {
		wire = await Wire.open();
	});
	afterAll(() => wire.away());

	test("in the middle of a part: the upload goes on where it was", async () => {
		wire.cutAfter = 8700 << 10;
		const path = folder.write("cut.csv", wide);
		const ended = await run([path], { server: wire.url }, "--json");
		expect(wire.cuts).toBe(1);
		expect(ended.code).toBe(0);
		const said = JSON.parse(ended.out);
		expect(said).toMatchObject({ outcome: "ready", rows: { accepted: 230_000 } });
		const files = await person.client.list(`${project.path}/files`);
		expect(files.filter((f: Body) => f.name === "cut.csv").map((f: Body) => f.id)).toEqual([
			said.file,
		]);
	});

	test("and comes back: the import waits", async () => {
		const path = folder.write("back.csv", `${wide}2026-11-02,B,2.00\n`);
		let gone: Promise<void> | null = null;
		const ended = await startRecon(words([path], { server: wire.url }), (err) => {
			if (gone || !err.includes("sending")) return;
			gone = wire.away().then(() => new Promise((resolve) => setTimeout(resolve, 600)));
			gone.then(() => wire.back());
		});
		expect(gone).not.toBeNull();
		expect(ended.code).toBe(0);
		expect(ended.out).toContain("ready, 230001 rows read");
	});

	test("and stays away: the import ends when its patience does", async () => {
		const path = folder.write("gone.csv", csv(3, "Z"));
		await wire.away();
		const ended = await run([path], { server: wire.url }, "--patience", "1");
		await wire.back();
		expect(ended.code).toBe(6);
		expect(ended.err).toContain("(unavailable)");
		expect(ended.out).toBe("");
	});
});
