// The command line `recon`, run through ./dev as people do, and what it needs around it: files of its
// own that the instance's account can reach, and databases of its own in the instance's cluster.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
	chmodSync,
	chownSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instance } from "./instance.ts";

export interface Ended {
	code: number | null;
	out: string;
	err: string;
}

/** Runs `recon` with these arguments to its end. */
export function recon(...args: string[]): Ended {
	const { status, stdout, stderr } = spawnSync(instance.dev, ["recon", ...args], {
		encoding: "utf8",
		env: { ...process.env, RECON_INSTANCE: instance.name },
		maxBuffer: 64 << 20,
	});
	return { code: status, out: stdout, err: stderr };
}

/** The same without waiting; `heard` is given all of standard error so far whenever there is more. */
export function startRecon(
	args: string[],
	heard: (err: string) => void = () => {},
): Promise<Ended> {
	const child = spawn(instance.dev, ["recon", ...args], {
		env: { ...process.env, RECON_INSTANCE: instance.name },
		stdio: ["ignore", "pipe", "pipe"],
	});
	const ended: Ended = { code: null, out: "", err: "" };
	child.stdout.setEncoding("utf8").on("data", (text) => {
		ended.out += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text) => {
		ended.err += text;
		heard(ended.err);
	});
	return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}

const owner = statSync(instance.dirs.run);
const switches = process.getuid?.() !== owner.uid;

/** Gives a file or folder to the account that the instance runs under. */
export function give(path: string) {
	if (switches) chownSync(path, owner.uid, owner.gid);
}

const made: string[] = [];
process.on("exit", () => {
	for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A new folder, gone when the tests are over; `write` puts a file into it and returns its path. */
export function newFolder(): {
	path: string;
	write(name: string, content: string | Buffer): string;
} {
	const path = mkdtempSync(join(tmpdir(), "recon-cli-"));
	made.push(path);
	chmodSync(path, 0o755);
	give(path);
	return {
		path,
		write(name, content) {
			const file = join(path, name);
			writeFileSync(file, content);
			give(file);
			return file;
		},
	};
}

function psql(database: string, input: string): string {
	const words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", instance.dirs.run];
	words.push("-U", "postgres", "-d", database);
	const { uid, gid } = owner;
	const as = switches ? ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"] : [];
	const [command = "", ...args] = [...as, ...words];
	return execFileSync(command, args, { encoding: "utf8", input, cwd: "/" });
}

/** The built command line as the instance's account, as a service would run: what to spawn, and with
 * which environment. */
export function serviceCommand(args: string[]): [string, string[], NodeJS.ProcessEnv] {
	const { inst } = instance.dirs;
	const { uid, gid } = owner;
	const as = switches ? ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"] : [];
	const [command = "", ...rest] = [
		...as,
		`${inst}/root/usr/bin/recon`,
		...["--config", `${inst}/conf/recon.conf`],
		...args,
	];
	return [command, rest, { ...process.env, GCOV_PREFIX: `${inst}/counters` }];
}

/** SQL as the superuser: for setting a scene that no program makes by itself. */
export const sql = (input: string, database = "recon") => psql(database, input);

/** An empty database as bootstrap.sql leaves it, and the path of a configuration that names it. */
export function newDatabase(): { name: string; config: string } {
	const name = `cli_${randomBytes(4).toString("hex")}`;
	const { inst } = instance.dirs;
	const bootstrap = readFileSync(`${inst}/root/usr/share/recon/migrations/bootstrap.sql`, "utf8");
	psql("postgres", bootstrap.replace(/\brecon\b/g, name));
	const conf = readFileSync(`${inst}/conf/recon.conf`, "utf8");
	const config = newFolder().write("conf", conf.replace("dbname=recon", `dbname=${name}`));
	return { name, config };
}

/** Wakes a worker that waits for tasks of this kind. */
export const wake = (kind: string) =>
	execFileSync("redis-cli", [
		"-s",
		`${instance.dirs.run}/redis.sock`,
		"LPUSH",
		`wake:${kind}`,
		"1",
	]);
