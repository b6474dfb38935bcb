// `recon watch` reads from an SFTP server (OpenSSH, started here on loopback under the instance's account): files
// come once, whole, from a server whose host key is known, and nothing on it changes.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
	appendFileSync,
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	utimesSync,
} from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { type Ended, give, newFolder, serviceCommand } from "../lib/command.ts";
import { instance, sleep, until } from "../lib/instance.ts";
import {
	newPerson,
	newProject,
	newSource,
	type Project,
	readyDataset,
	upload,
} from "../lib/story.ts";

const SSHD = "/usr/sbin/sshd";
const csv = (n: number, word: string) =>
	`date,reference,amount\n${Array.from({ length: n }, (_, i) => `2026-11-01,${word}${i},${i}.50\n`).join("")}`;

const owner = statSync(instance.dirs.run);
const account = execFileSync("id", ["-nu", String(owner.uid)], { encoding: "utf8" }).trim();
const own = newFolder();
const words: string[] = [];
let server: ChildProcess;
let port: number;
let project: Project;
let source: Body;
let remote: ReturnType<typeof newFolder>;
let local: ReturnType<typeof newFolder>;
let hosts: string;
let conf: string;

function newKey(name: string): string {
	const file = join(own.path, name);
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
	give(file);
	return file;
}

const publicKey = (file: string) => readFileSync(`${file}.pub`, "utf8").split(" ", 2).join(" ");

async function freePort(): Promise<number> {
	const one = createServer();
	await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
	const found = (one.address() as AddressInfo).port;
	await new Promise((resolve) => one.close(resolve));
	return found;
}

async function startServer() {
	port = await freePort();
	const config = own.write(
		"sshd_config",
		[
			`Port ${port}`,
			"ListenAddress 127.0.0.1",
			`HostKey ${newKey("host")}`,
			"PidFile none",
			`AuthorizedKeysFile ${own.write("authorized", `${publicKey(newKey("key"))}\n`)}`,
			...["StrictModes no", "UsePAM no", "PasswordAuthentication no"],
			...["KbdInteractiveAuthentication no", "Subsystem sftp internal-sftp"],
			"ForceCommand internal-sftp -R",
			"",
		].join("\n"),
	);
	const as =
		process.getuid?.() === owner.uid
			? []
			: ["setpriv", `--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"];
	const [command = "", ...args] = [...as, SSHD, "-D", "-e", "-f", config];
	server = spawn(command, args, { stdio: "ignore", cwd: "/" });
	hosts = own.write("hosts", `[127.0.0.1]:${port} ${publicKey(join(own.path, "host"))}\n`);
	await until(
		"sshd",
		() =>
			new Promise<boolean>((resolve) => {
				const probe = connect(port, "127.0.0.1", () => resolve(probe.destroy() !== null));
				probe.on("error", () => resolve(false));
			}),
		Boolean,
	);
}

/** One look; what more says overrides. */
function once(settle = "0", ...more: string[]): Promise<Ended> {
	const [command, args, env] = serviceCommand([
		...words,
		...["--folders", conf, "--sftp-key", join(own.path, "key"), "--sftp-hosts", hosts],
		...["--once", "--settle", settle, ...more],
	]);
	const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], cwd: "/" });
	const ended: Ended = { code: null, out: "", err: "" };
	child.stdout?.setEncoding("utf8").on("data", (text) => {
		ended.out += text;
	});
	child.stderr?.setEncoding("utf8").on("data", (text) => {
		ended.err += text;
	});
	return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}

const names = (...path: string[]) => readdirSync(join(local.path, ...path)).sort();
const done = () => names("done").filter((name) => !name.endsWith(".json"));

describe.skipIf(!existsSync(SSHD))("an SFTP folder", () => {
	beforeAll(async () => {
		const person = await newPerson("sftp");
		project = await newProject(person.client);
		source = await newSource(project, "bank");
		await readyDataset(project, await upload(project, source.id, "first.csv", csv(20, "first")));
		const made = await person.client.post("/api/v1/auth/api-keys", {
			name: "sftp",
			scopes: ["read", "upload"],
			expires_in_days: 1,
		});
		const key = own.write("api-key", `${made.secret}\n`);
		chmodSync(key, 0o600);
		words.push("watch", "--server", instance.url, "--ca", instance.ca, "--key-file", key);
		words.push("--project", project.id);
		await startServer();
	});
	afterAll(() => {
		server?.kill("SIGKILL");
	});
	beforeEach(() => {
		remote = newFolder();
		local = newFolder();
		conf = own.write(
			"watch.conf",
			`${local.path} = ${source.id}\n${local.path} < sftp://${account}@127.0.0.1:${port}${remote.path}\n`,
		);
	});

	test("is read, each file once, and left as it is", async () => {
		remote.write("one.csv", csv(20, "one"));
		remote.write("zwei ä#%.csv", csv(20, "two"));
		remote.write("three.csv.part", csv(3, "part"));
		remote.write(".four.csv", csv(3, "hidden"));
		mkdirSync(join(remote.path, "sub.csv"));
		const before = readdirSync(remote.path).sort();
		const first = await once();
		expect([first.out, first.code]).toEqual([
			"2 imported, 0 failed, 0 waiting for the server\n",
			0,
		]);
		expect(done()).toEqual(["one.csv", "zwei ä#%.csv"]);
		expect(readFileSync(join(local.path, "done", "one.csv"), "utf8")).toBe(csv(20, "one"));
		expect((await once()).out).toContain("0 imported");
		// A new file under an old name.
		remote.write("one.csv", csv(30, "anew"));
		expect((await once()).out).toContain("1 imported");
		expect(done()).toHaveLength(3);
		expect(readdirSync(remote.path).sort()).toEqual(before);
		expect(names("pulling")).toEqual(["list"]);
	});

	test("gives no file that is still being written", async () => {
		const file = remote.write("slow.csv", csv(20, "slow"));
		const growing = setInterval(() => appendFileSync(file, "2026-11-02,more,1.00\n"), 100);
		const early = await once("1");
		clearInterval(growing);
		expect([early.out, done()]).toEqual([expect.stringContaining("0 imported"), []]);
		await sleep(50);
		const whole = readFileSync(file, "utf8");
		expect((await once("1")).out).toContain("1 imported");
		expect(readFileSync(join(local.path, "done", "slow.csv"), "utf8")).toBe(whole);
	});

	test("goes on where a process ended, and throws away what it had not finished", async () => {
		const [line, loose] = [crypto.randomUUID(), crypto.randomUUID()];
		const bytes = csv(20, "again");
		const when = 1_700_000_000;
		utimesSync(remote.write("again.csv", bytes), when, when);
		mkdirSync(join(local.path, "pulling"), { mode: 0o700 });
		give(join(local.path, "pulling"));
		local.write(`pulling/${line}`, bytes);
		local.write(`pulling/${loose}`, "half a fi");
		local.write("pulling/list", `${line} ${bytes.length} ${when} again.csv\n${loose} 100 5 ha`);
		const ended = await once();
		expect(ended.code).toBe(0);
		// It appeared by the rename; the server's file is the one that was read already.
		expect([...done(), ...names().filter((name) => name.endsWith(".csv"))]).toEqual(["again.csv"]);
		expect(names("pulling")).toEqual(["list"]);
		expect(ended.err).not.toContain("a file was pulled");
	});

	test("is not read when the server, the key or the folder is another one", async () => {
		remote.write("one.csv", csv(20, "one"));
		const other = newKey(`other-${crypto.randomUUID()}`);
		const stranger = own.write("stranger", `[127.0.0.1]:${port} ${publicKey(other)}\n`);
		const nobody = own.write("nobody", "");
		const open = own.write("open", readFileSync(join(own.path, "key")));
		chmodSync(open, 0o644);
		const cases: [string, string[], number][] = [
			["another host key", ["--sftp-hosts", stranger], 6],
			["no host key", ["--sftp-hosts", nobody], 6],
			["another key", ["--sftp-key", other], 6],
			["a key that others may read", ["--sftp-key", open], 1],
			["no such key", ["--sftp-key", "/nowhere"], 1],
		];
		for (const [label, more, code] of cases) {
			const ended = await once("0", ...more);
			expect([label, ended.code, ended.out.includes("1 imported")]).toEqual([label, code, false]);
			expect([label, ended.err]).toEqual([label, expect.stringContaining("config")]);
		}
		conf = own.write("wrong.conf", `${local.path} < sftp://${account}@127.0.0.1:${port}/\n`);
		expect((await once()).err).toContain("No line before says");
		expect(names("done")).toEqual([]);
		expect(names("pulling")).toEqual(["list"]);
	});
});
