// `recon watch`: files that appear in folders become rows, once each, whatever happens in between.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
	chmodSync,
	chownSync,
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	statSync,
	symlinkSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { type Ended, newFolder, serviceCommand } from "../lib/command.ts";
import { instance, sleep, until } from "../lib/instance.ts";
import { Wire } from "../lib/proxy.ts";
import {
	newPerson,
	newProject,
	newSource,
	type Person,
	type Project,
	readyDataset,
	upload,
} from "../lib/story.ts";

const csv = (n: number, word: string) =>
	`date,reference,amount\n${Array.from(
		{ length: n },
		(_, i) => `2026-11-${String((i % 28) + 1).padStart(2, "0")},${word}${i},${i}.50\n`,
	).join("")}`;

let person: Person;
let project: Project;
let source: Body;
let folder: ReturnType<typeof newFolder>;
let key: string;
let conf: string;

const place = (...names: string[]) => join(folder.path, ...names);
const names = (...path: string[]) => readdirSync(place(...path)).sort();
const report = (...path: string[]): Body => JSON.parse(readFileSync(place(...path), "utf8"));
/** What the server has under this name. */
const uploaded = async (name: string): Promise<Body[]> =>
	(await person.client.list(`${project.path}/files`)).filter((f: Body) => f.name === name);

function words(more: string[], server = instance.url): string[] {
	return [
		...["watch", "--server", server, "--ca", instance.ca, "--key-file", key],
		...["--project", project.id, "--folders", conf, ...more],
	];
}

/** One process; `ended` when it is over. */
function start(more: string[], server?: string): { child: ChildProcess; ended: Promise<Ended> } {
	const [command, args, env] = serviceCommand(words(more, server));
	const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], cwd: "/" });
	const ended: Ended = { code: null, out: "", err: "" };
	child.stdout?.setEncoding("utf8").on("data", (text) => {
		ended.out += text;
	});
	child.stderr?.setEncoding("utf8").on("data", (text) => {
		ended.err += text;
	});
	return {
		child,
		ended: new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code }))),
	};
}

const once = (settle = "0", server?: string) => start(["--once", "--settle", settle], server).ended;

beforeAll(async () => {
	person = await newPerson("watcher");
	project = await newProject(person.client);
	source = await newSource(project, "bank");
	await readyDataset(project, await upload(project, source.id, "first.csv", csv(20, "first")));
	const made = await person.client.post("/api/v1/auth/api-keys", {
		name: "watch",
		scopes: ["read", "upload"],
		expires_in_days: 1,
	});
	const own = newFolder();
	key = own.write("key", `${made.secret}\n`);
	chmodSync(key, 0o600);
});

beforeEach(() => {
	folder = newFolder();
	conf = newFolder().write("watch.conf", `# folders\n\n${folder.path} = ${source.name}\n`);
});

describe("one look", () => {
	test("takes what is a whole file, and says of each what became of it", async () => {
		folder.write("good.csv", csv(20, "good"));
		folder.write("empty.csv", "");
		folder.write("program.exe", "MZ");
		folder.write("tab\there\u202e.csv", csv(20, "odd"));
		const ended = await once();
		expect(ended.out).toBe("2 imported, 2 failed, 0 waiting for the server\n");
		expect(ended.code).toBe(3);
		expect(names()).toEqual(["done", "failed", "taking"]);
		expect(names("taking")).toEqual([]);
		expect(names("done")).toEqual(
			["good.csv", "good.csv.json", "tab_here_.csv", "tab_here_.csv.json"].sort(),
		);
		expect(readFileSync(place("done", "good.csv"), "utf8")).toBe(csv(20, "good"));
		expect(report("done", "good.csv.json")).toMatchObject({
			name: "good.csv",
			folder: "done",
			outcome: "ready",
			rows: { accepted: 20 },
			error: null,
		});
		expect(await uploaded("tab_here_.csv")).toHaveLength(1);
		expect(names("failed")).toEqual([
			"empty.csv",
			"empty.csv.json",
			"program.exe",
			"program.exe.json",
		]);
		expect(report("failed", "empty.csv.json").error.code).toBe("file_empty");
		expect(report("failed", "program.exe.json").error.code).toBe("file_type");
		expect(statSync(place("taking")).mode & 0o777).toBe(0o700);
	});

	test("leaves alone what is no file, not finished, or not to be read", async () => {
		const other = newFolder().write("outside.csv", csv(3, "outside"));
		folder.write("coming.csv.part", csv(3, "p"));
		folder.write(".hidden.csv", csv(3, "h"));
		mkdirSync(place("sub.csv"));
		symlinkSync(other, place("link.csv"));
		execFileSync("mkfifo", [place("pipe.csv")]);
		const closed = folder.write("closed.csv", csv(3, "c"));
		chmodSync(closed, 0);
		if (process.getuid?.() === 0) chownSync(closed, 0, 0);
		const before = names();
		const ended = await once();
		expect(ended.code).toBe(0);
		expect(names()).toEqual([...before, "done", "failed", "taking"].sort());
		for (const name of ["sub.csv", "link.csv", "pipe.csv", "closed.csv"]) {
			const told = ended.err.split("\n").filter((line) => line.includes(`"${name}"`));
			expect([name, told.length]).toEqual([name, 1]);
			expect(JSON.parse(told[0] ?? "")).toMatchObject({ msg: "a file is left alone" });
		}
		expect(ended.err).not.toContain("coming");
		expect(await uploaded("outside.csv")).toHaveLength(0);
	});

	test("waits for a file that somebody writes, and for one that has just changed", async () => {
		const path = folder.write("growing.csv", "date,reference,amount\n");
		const fd = openSync(path, "a");
		expect((await once()).out).toContain("0 imported");
		writeSync(fd, "2026-11-01,grown,1.00\n");
		closeSync(fd);
		expect((await once("3600")).out).toContain("0 imported");
		expect(existsSync(path)).toBe(true);
		expect((await once()).out).toContain("1 imported");
		expect(report("done", "growing.csv.json").rows).toMatchObject({ read: 1 });
	});

	test("keeps files of the same name apart", async () => {
		for (const word of ["one", "two"]) {
			folder.write("daily.csv", csv(20, word));
			expect((await once()).code).toBe(0);
		}
		const kept = names("done").filter((name) => name.endsWith(".csv"));
		expect(kept).toHaveLength(2);
		expect(kept[0]).toBe("daily.csv");
		expect(kept[1]).toMatch(/^daily~[0-9a-f-]{36}\.csv$/);
		expect(readFileSync(place("done", kept[1] ?? ""), "utf8")).toBe(csv(20, "two"));
		expect(report("done", `${kept[1]}.json`)).toMatchObject({ name: "daily.csv" });

		const long = `${"n".repeat(251)}.csv`;
		folder.write(long, csv(20, "long"));
		expect((await once()).code).toBe(0);
		expect(
			names("done").filter((name) => /^n+~[0-9a-f-]{36}\.csv(\.json)?$/.test(name)),
		).toHaveLength(2);
	});

	test("goes on later with what the server was not there for", async () => {
		const wire = await Wire.open();
		folder.write("early.csv", csv(20, "early"));
		const big = `date,reference,amount\n${"2026-11-01,REFERENCE-OF-A-LONG-ROW,1.00\n".repeat(300_000)}`;
		folder.write("late.csv", big);
		wire.cutAfter = 2 << 20;
		wire.thenAway = true;
		const gone = await start(["--once", "--settle", "0", "--patience", "0"], wire.url).ended;
		expect([gone.code, wire.cuts]).toEqual([6, 1]);
		expect(gone.err).toContain("an import has to wait");
		expect(names("taking").some((name) => name.endsWith(".ticket"))).toBe(true);
		const ended = await once();
		expect(ended.code).toBe(0);
		expect(names("taking")).toEqual([]);
		for (const name of ["early.csv", "late.csv"]) {
			expect(report("done", `${name}.json`).outcome).toBe("ready");
			expect(await uploaded(name)).toHaveLength(1);
		}
	});

	test("needs folders that are there, once each, and sources that exist", async () => {
		const cases: [string, string, string][] = [
			["no such folder", `${folder.path}/none = ${source.name}`, "cannot be opened"],
			["no such source", `${folder.path} = nobody's`, "There is no source"],
			["no absolute path", `here = ${source.name}`, "no absolute path"],
			["no source", `${folder.path} =`, "A line must be"],
			["nothing", "# nothing", "names no folder"],
			["twice", `${folder.path} = ${source.id}\n${folder.path} = ${source.id}`, "already"],
		];
		for (const [label, text, said] of cases) {
			conf = newFolder().write("watch.conf", `${text}\n`);
			const ended = await once();
			expect([label, ended.err]).toEqual([label, expect.stringContaining(said)]);
			expect([label, ended.code === 0]).toEqual([label, false]);
		}
	});
});

describe("a service", () => {
	const running: ChildProcess[] = [];
	afterAll(() => {
		for (const child of running) child.kill("SIGKILL");
	});

	function service(...more: string[]) {
		const one = start(more);
		running.push(one.child);
		return one;
	}

	test("takes a file that is renamed into the folder at once, and refuses company", async () => {
		const { child, ended } = service("--settle", "3600");
		await until("folders", async () => existsSync(place("failed")), Boolean);
		await sleep(100);
		expect((await once()).err).toContain("is watched already");
		const aside = newFolder().write("moved.csv", csv(20, "moved"));
		renameSync(aside, place("moved.csv"));
		await until("report", async () => existsSync(place("done", "moved.csv.json")), Boolean);
		child.kill("SIGTERM");
		expect((await ended).err).toContain("a file was imported");
	});

	test("is confined: no new privileges, few system calls, its own folders", async () => {
		const { child, ended } = service("--settle", "3600");
		const status = () => readFileSync(`/proc/${child.pid}/status`, "utf8");
		await until("confinement", async () => /^Seccomp:\s+2$/m.test(status()), Boolean);
		expect(status()).toMatch(/^NoNewPrivs:\s+1$/m);
		expect(status()).toMatch(/^Name:\s+recon$/m);
		child.kill("SIGTERM");
		expect((await ended).err).toContain('"landlock":1');
	});

	test("hears of a file that was closed, when it has settled", async () => {
		const { child, ended } = service("--settle", "1");
		await until("folders", async () => existsSync(place("failed")), Boolean);
		folder.write("closed.csv", csv(20, "closed"));
		await until("report", async () => existsSync(place("done", "closed.csv.json")), Boolean);
		child.kill("SIGTERM");
		await ended;
	});

	test("killed at any moment, loses no file and imports none twice", async () => {
		const files = Array.from({ length: 10 }, (_, i) => `k${i}.csv`);
		const content = (name: string) => csv(4000, name);
		const write = (name: string) => {
			const aside = newFolder().write(name, content(name));
			renameSync(aside, place(name));
		};
		const over = () => files.every((name) => existsSync(place("done", `${name}.json`)));
		let kills = 0;
		for (const name of files) write(name);
		for (let round = 0; !over() && round < 200; round++) {
			const { child, ended } = service("--settle", "0");
			const end = Date.now() + 40 + Math.random() * 360;
			while (Date.now() < end && !over()) await sleep(10);
			kills += child.kill("SIGKILL") ? 1 : 0;
			await ended;
		}
		expect(kills).toBeGreaterThan(2);
		const last = await once();
		expect([last.code, names("taking"), names()]).toEqual([0, [], ["done", "failed", "taking"]]);
		const all = await person.client.list(`${project.path}/files`);
		for (const name of files) {
			expect(readFileSync(place("done", name), "utf8")).toBe(content(name));
			const sha256 = createHash("sha256").update(content(name)).digest("hex");
			const there = all.filter((f: Body) => f.name === name && f.state === "clean");
			expect([name, there.map((f: Body) => f.sha256)]).toEqual([name, [sha256]]);
			expect(report("done", `${name}.json`)).toMatchObject({
				outcome: "ready",
				file: there[0].id,
				repeats: [],
			});
		}
		expect(names("failed")).toEqual([]);
	});
});
