// What an operator does on the command line: the schema, accounts, memberships, the vault's keys.
import { randomUUID } from "node:crypto";
import {
	cpSync,
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Client } from "../lib/client.ts";
import { type Ended, give, newDatabase, newFolder, recon, sql } from "../lib/command.ts";
import { instance } from "../lib/instance.ts";
import {
	newPerson,
	newProject,
	newSource,
	type Project,
	readyDataset,
	uniqueName,
	upload,
} from "../lib/story.ts";

const { inst, vault } = instance.dirs;
const shipped = `${inst}/root/usr/share/recon/migrations`;
const lines = (ended: Ended) => ended.out.trim().split("\n").filter(Boolean);
const address = () => `${uniqueName("cli").replace(" ", "-")}@example.test`;

describe("wrong usage says how it is used and ends with 2", () => {
	const cases: [label: string, args: string[], said: string][] = [
		["no command", [], "usage: recon [--config FILE] COMMAND"],
		["an unknown command", ["reconcile"], "there is no command reconcile"],
		["an unknown option before the command", ["--nothing", "migrate"], "unknown option --nothing"],
		["migrate without a verb", ["migrate"], "usage: recon migrate"],
		["migrate to no number", ["migrate", "up", "--to", "last"], "usage: recon migrate"],
		["migrate with another verb", ["migrate", "sideways"], "not sideways (usage)"],
		["migrate with an unknown option", ["migrate", "up", "--all"], "--all is no option"],
		["user without a verb", ["user"], "usage: recon user"],
		["user with two addresses", ["user", "sign-in", "a@b.test", "c@d.test"], "usage: recon user"],
		[
			"an option without its value",
			["user", "sign-in", "a@b.test", "--name"],
			"--name needs a value",
		],
		["member without a project", ["member", "add", "a@b.test"], "usage: recon member"],
		[
			"member with a role that is none",
			["member", "add", "a@b.test", "--project", randomUUID(), "--role", "king"],
			"usage: recon member",
		],
		[
			"member of a project that is no id",
			["member", "add", "a@b.test", "--project", "sample", "--role", "owner"],
			"usage: recon member",
		],
		["member with an unknown option", ["member", "add", "--force"], "--force is no option"],
		["expire with an argument", ["expire", "now"], "usage: recon expire"],
		["expire with an unknown option", ["expire", "--all"], "--all is no option"],
		["vault without a verb", ["vault"], "usage: recon vault"],
		["vault with an unknown option", ["vault", "check", "--fix"], "--fix is no option"],
	];
	test.each(cases)("%s", (_label, args, said) => {
		const ended = recon(...args);
		expect(ended.err).toContain(said);
		expect(ended.out).toBe("");
		expect(ended.code).toBe(2);
	});
});

test("help lists every command and ends with 0", () => {
	const ended = recon("help");
	expect(ended.code).toBe(0);
	for (const name of ["migrate", "vault", "user", "read", "match", "member", "expire"])
		expect(ended.out).toContain(`\n  ${name} `);
	expect(recon("--version").out).toMatch(/^recon \d+\.\d+\.\d+\n$/);
});

describe("a command that needs the configuration", () => {
	const verbs: [string, string[]][] = [
		["migrate", ["migrate", "status"]],
		["user", ["user", "sign-in", "a@b.test"]],
		["member", ["member", "add", "a@b.test", "--project", randomUUID(), "--role", "owner"]],
		["vault check", ["vault", "check"]],
		["expire", ["expire"]],
		["vault rotate", ["vault", "rotate"]],
		["vault retire", ["vault", "retire"]],
		["vault keygen", ["vault", "keygen"]],
	];
	test.each(verbs)("%s fails without it", (_label, args) => {
		const ended = recon("--config", "/nonexistent", ...args);
		expect(ended.err).toContain("cannot open /nonexistent");
		expect(ended.code).toBe(1);
	});
	const away = newFolder();
	test.each(verbs.slice(0, -1))("%s says that the database is away", (_label, args) => {
		const conf = readFileSync(`${inst}/conf/recon.conf`, "utf8");
		const config = away.write("conf", conf.replace("dbname=recon", "dbname=recon_away"));
		const ended = recon("--config", config, ...args);
		expect(ended.err).toContain("(unavailable)");
		expect(ended.code).toBe(1);
	});
});

describe("migrate", () => {
	let migrate: (...args: string[]) => Ended;
	const folder = newFolder();
	const dir = join(folder.path, "migrations");
	const count = readdirSync(shipped).filter((name) => name.endsWith(".up.sql")).length;

	beforeAll(() => {
		const { config } = newDatabase();
		migrate = (...args) => recon("--config", config, "migrate", ...args);
		cpSync(shipped, dir, { recursive: true });
		give(dir);
	});

	test("the instance's schema is complete, and up changes nothing", () => {
		const status = lines(recon("migrate", "status"));
		expect(status).toHaveLength(count);
		for (const line of status) expect(line).toMatch(/^\d{4}_\w+ +\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		expect(recon("migrate", "up")).toMatchObject({ code: 0, out: "" });
	});

	test("up to a version, the rest, down to a version, to nothing, and up again", () => {
		expect(lines(migrate("status")).every((l) => l.endsWith("not applied"))).toBe(true);
		expect(lines(migrate("up", "--to", "2"))).toEqual(["up   0001_scope", "up   0002_identity"]);
		expect(lines(migrate("status")).filter((l) => l.endsWith("not applied"))).toHaveLength(
			count - 2,
		);
		expect(lines(migrate("up"))).toHaveLength(count - 2);
		expect(lines(migrate("down", "--to", "2"))).toHaveLength(count - 2);
		expect(lines(migrate("down"))).toEqual(["down 0002_identity", "down 0001_scope"]);
		expect(lines(migrate("up"))).toHaveLength(count);
	});

	test("a migration that fails changes nothing, and those before it stay", () => {
		folder.write("migrations/9001_good.up.sql", "CREATE TABLE good (a int);");
		folder.write("migrations/9001_good.down.sql", "DROP TABLE good;");
		folder.write("migrations/9002_bad.up.sql", "CREATE TABLE half (a int); SELECT nonsense;");
		folder.write("migrations/9002_bad.down.sql", "DROP TABLE half;");
		const ended = migrate("up", "--dir", dir);
		expect(ended.code).toBe(1);
		expect(ended.out).toBe("up   9001_good\n");
		expect(ended.err).toContain("9002_bad");
		const status = migrate("status", "--dir", dir).out;
		expect(status).toMatch(/9001_good +\d{4}/);
		expect(status).toMatch(/9002_bad +not applied/);
		expect(lines(migrate("down", "--dir", dir, "--to", "9000"))).toEqual(["down 9001_good"]);
	});

	test("files that were changed after they were applied are shown and refused", () => {
		const file = `${dir}/0001_scope.up.sql`;
		folder.write("migrations/0001_scope.up.sql", `${readFileSync(file, "utf8")}\n-- changed\n`);
		expect(migrate("status", "--dir", dir).out).toMatch(/0001_scope .*CHANGED\n/);
		const ended = migrate("up", "--dir", dir);
		expect(ended.err).toContain("0001");
		expect(ended.code).toBe(1);
	});

	test("a folder that is not there is refused", () => {
		expect(migrate("up", "--dir", "/nonexistent")).toMatchObject({ code: 3, out: "" });
	});
});

describe("user sign-in", () => {
	const codeOf = (ended: Ended) => new URL(ended.out.trim()).hash.replace("#code=", "");

	async function redeem(ended: Ended) {
		const client = new Client(instance.url);
		const password = uniqueName("a good long password");
		return client.call("POST", "/api/v1/auth/redeem", { json: { code: codeOf(ended), password } });
	}

	test("makes the account with its name, and the link works once", async () => {
		const email = address();
		const ended = recon("user", "sign-in", email, "--name", "Ada Operator");
		expect(ended).toMatchObject({ code: 0, err: "" });
		expect(ended.out).toMatch(new RegExp(`^${instance.url}/login#code=[\\w-]+\n$`));
		const answer = await redeem(ended);
		expect(answer.body.user).toMatchObject({
			email,
			display_name: "Ada Operator",
			platform_roles: [],
		});
		expect((await redeem(ended)).status).toBe(401);
	});

	test("an account without a name is called what stands before the @, in any case of letters", async () => {
		const email = address();
		recon("user", "sign-in", email);
		const answer = await redeem(recon("user", "sign-in", email.toUpperCase(), "--administrator"));
		expect(answer.body.user).toMatchObject({ email, platform_roles: ["administrator"] });
		expect(answer.body.user.display_name).toBe(email.split("@")[0]);
	});

	test("what is no address is refused", () => {
		const ended = recon("user", "sign-in", "nonsense");
		expect(ended).toMatchObject({ code: 3, out: "" });
		expect(ended.err).toContain("(invalid)");
	});

	test("a disabled account gets none", async () => {
		const email = address();
		const answer = await redeem(recon("user", "sign-in", email));
		sql(`UPDATE app_user SET status = 'disabled' WHERE id = '${answer.body.user.id}'`);
		const ended = recon("user", "sign-in", email);
		expect(ended).toMatchObject({ code: 1, out: "" });
		expect(ended.err).toContain("The account is disabled. (conflict)");
	});

	test("without the key that addresses are sealed with, nothing is written", () => {
		const conf = readFileSync(`${inst}/conf/recon.conf`, "utf8");
		const config = newFolder().write(
			"conf",
			conf.replace(/auth.secret_key_file = .*/, "auth.secret_key_file = /nonexistent"),
		);
		const before = sql("SELECT count(*) FROM app_user");
		expect(recon("--config", config, "user", "sign-in", address())).toMatchObject({
			out: "",
			code: 1,
		});
		expect(sql("SELECT count(*) FROM app_user")).toBe(before);
	});
});

describe("member add", () => {
	let project: Project;
	beforeAll(async () => {
		project = await newProject((await newPerson("owner")).client);
	});
	const add = (email: string, role: string, id = project.id) =>
		recon("member", "add", email, "--project", id, "--role", role);

	test("lets an account into a project, with its role", async () => {
		const person = await newPerson("member");
		const before = await person.client.call("GET", project.path);
		expect(before.status).toBe(404);
		expect(add(person.email, "viewer")).toEqual({ code: 0, out: "", err: "" });
		expect(await person.client.get(project.path)).toMatchObject({ id: project.id, role: "viewer" });
	});

	test("an address without an account, and a project that is not there, are refused", async () => {
		const nobody = add(address(), "owner");
		expect(nobody).toMatchObject({ code: 3, out: "" });
		expect(nobody.err).toContain("There is no account with this address. (not_found)");
		const { email } = await newPerson();
		expect(add(email, "owner", randomUUID()).code).not.toBe(0);
		expect(add("nonsense", "owner").err).toContain("(invalid)");
	});
});

describe("expire", () => {
	test("forgets what ended long ago, says how much, and leaves everybody signed in", async () => {
		const person = await newPerson("forgotten");
		const id = (await person.client.get("/api/v1/me")).user.id;
		sql(
			"INSERT INTO session (id, user_id, idle_expires_at, absolute_expires_at) " +
				`SELECT gen_random_uuid(), '${id}', now() - interval '31 d', now() - interval '31 d' ` +
				"FROM generate_series(1, 7)",
		);
		const ended = recon("expire");
		expect(ended).toMatchObject({ code: 0, err: "" });
		expect(ended.out).toMatch(/^answers +\d+ deleted\ncodes +\d+ deleted\nsessions +7 deleted\n/);
		expect(recon("expire").out).toContain("sessions  0 deleted\n");
		expect((await person.client.get("/api/v1/me")).user.id).toBe(id);
		expect((await person.client.post("/api/v1/auth/refresh")).user.id).toBe(id);
	});
});

describe("vault", () => {
	test("keygen makes a pair that only its owner reads, and never overwrites", () => {
		const { path } = newFolder();
		const [pub, key] = [join(path, "vault.pub"), join(path, "vault.key")];
		const make = () => recon("vault", "keygen", "--public", pub, "--private", key);
		expect(make()).toMatchObject({ code: 0, err: "" });
		expect(statSync(key).mode & 0o077).toBe(0);
		const before = readFileSync(key);
		const again = make();
		expect(again.code).toBe(1);
		expect(again.out).toBe("");
		expect(readFileSync(key).equals(before)).toBe(true);
	});

	test("keygen without a place says so", () => {
		const { path } = newFolder();
		const [pub, key] = [join(path, "no", "pub"), join(path, "no", "key")];
		expect(recon("vault", "keygen", "--public", pub, "--private", key).code).not.toBe(0);
		expect(existsSync(key)).toBe(false);
	});

	test("check names what is missing, what has another length, and what nobody owns", async () => {
		const project = await newProject((await newPerson("keeper")).client);
		const source = await newSource(project, "ledger");
		const file = await upload(project, source.id, "a.csv", "Date,Amount\n2026-01-02,1.00\n");
		const dataset = await readyDataset(project, file);
		expect(recon("vault", "check")).toMatchObject({ code: 0 });
		expect(recon("vault", "check").out).toMatch(
			/^\d+ objects: 0 missing, 0 of another length; 0 stored/,
		);

		const id = sql(`SELECT data_object FROM dataset WHERE id = '${dataset.id}'`).trim();
		const path = join(vault, id.slice(0, 2), id);
		const content = readFileSync(path);
		renameSync(path, `${path}.away`);
		const missing = recon("vault", "check");
		renameSync(`${path}.away`, path);
		expect(missing.code).toBe(1);
		expect(missing.out).toContain(`missing  ${id} dataset\n`);
		expect(missing.out).toContain(" 1 missing, 0 of another length;");

		truncateSync(path, content.length - 1);
		const shorter = recon("vault", "check");
		writeFileSync(path, content);
		expect(shorter.code).toBe(1);
		expect(shorter.out).toContain(`length   ${id} dataset\n`);

		const nobody = join(vault, id.slice(0, 2), `${id.slice(0, 2)}${randomUUID().slice(2)}`);
		writeFileSync(nobody, content);
		utimesSync(nobody, 1e9, 1e9);
		const orphan = recon("vault", "check");
		rmSync(nobody);
		expect(orphan.code).toBe(1);
		expect(orphan.out).toContain(`orphan   ${basename(nobody)} \n`);
	});
});
