// The audit log: what people do is in it, who may see it sees it, it leaves as lines, and on those lines
// everything that somebody could do to them is named, without the server.
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Body, Client } from "../lib/client.ts";
import { newFolder, recon, sql } from "../lib/command.ts";
import { dev, instance, until } from "../lib/instance.ts";
import { fault, operation } from "../lib/openapi.ts";
import {
	newPerson,
	newProject,
	newSource,
	type Person,
	type Project,
	redeemed,
} from "../lib/story.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** Keys in their order, as the documented form of a row has them. */
function canonical(value: Body): Body {
	if (Array.isArray(value)) return value.map(canonical);
	if (!value || typeof value !== "object") return value;
	return Object.fromEntries(
		Object.keys(value)
			.sort()
			.map((k) => [k, canonical(value[k])]),
	);
}

let owner: Person;
let viewer: Person;
let auditor: Person;
let project: Project;

const chained = (client: Client, path: string, seen: (rows: Body[]) => boolean) =>
	until("the log", () => client.list(path), seen, 10);
const actions = (rows: Body[]) => rows.map((row) => row.action);

beforeAll(async () => {
	owner = await newPerson("owner");
	viewer = await newPerson("viewer");
	auditor = await newPerson("auditor");
	const { user } = await auditor.client.get("/api/v1/me");
	sql(`INSERT INTO platform_role (user_id, role) VALUES ('${user.id}', 'auditor')`);
	project = await newProject(owner.client);
	dev("recon", "member", "add", viewer.email, "--project", project.id, "--role", "viewer");
	await newSource(project, "ledger");
	await viewer.client.call("POST", `${project.path}/sources`, {
		json: { name: "mine", kind: "bank", time_zone: "UTC" },
	});
	await chained(owner.client, `${project.path}/audit`, (rows) => rows.length >= 4);
});

describe("who may see what", () => {
	test("an owner sees the project's acts, and what was refused", async () => {
		const rows = await owner.client.list(`${project.path}/audit`);
		expect(actions(rows)).toEqual(
			expect.arrayContaining(["project.create", "member.add", "source.create"]),
		);
		const refused = rows.filter((row) => row.outcome === "refused");
		const { user } = await viewer.client.get("/api/v1/me");
		expect(refused).toMatchObject([
			{ action: "source.create", actor: user.id, actor_kind: "user" },
		]);
		expect(new Set(rows.map((row) => row.project))).toEqual(new Set([project.id]));
	});

	test("a member who does not own the project sees nothing of it", async () => {
		expect((await viewer.client.call("GET", `${project.path}/audit`)).status).toBe(403);
		expect((await viewer.client.call("GET", `${project.path}/audit/export`)).status).toBe(403);
	});

	test("the platform's log is for auditors and administrators", async () => {
		for (const path of ["/api/v1/audit", "/api/v1/audit/export"]) {
			expect((await owner.client.call("GET", path)).status).toBe(403);
			expect((await auditor.client.call("GET", path)).status).toBe(200);
		}
		const email = `admin-${randomUUID()}@example.test`;
		const administrator = await redeemed(email, "admin", "--administrator");
		expect((await administrator.client.call("GET", "/api/v1/audit")).status).toBe(200);
	});

	test("an auditor sees every project's rows and no project", async () => {
		const page = await auditor.client.get(`/api/v1/audit?project=${project.id}&limit=2`);
		expect(page.items).toHaveLength(2);
		expect((await auditor.client.call("GET", project.path)).status).toBe(404);
	});

	test("whoever looks, or takes it away, is in it", async () => {
		const { user } = await auditor.client.get("/api/v1/me");
		const path = `/api/v1/audit?actor=${user.id}`;
		const rows = await chained(auditor.client, path, (r) => actions(r).includes("audit.export"));
		expect(actions(rows)).toContain("audit.read");
	});
});

describe("looking for something", () => {
	const found = async (query: string): Promise<Body[]> =>
		(await owner.client.get(`${project.path}/audit?${query}`)).items;

	test("by action, outcome, object, actor, request and time", async () => {
		const [created] = await found("action=source.create&outcome=done");
		expect(created).toMatchObject({ object_kind: "source", text: "A source was created" });
		expect(await found(`object=${created?.object}`)).toMatchObject([{ id: created?.id }]);
		expect(await found(`request_id=${created?.request_id}`)).toMatchObject([{ id: created?.id }]);
		expect(await found(`actor=${created?.actor}&action=source.create`)).toHaveLength(1);
		expect(await found(`from=${created?.ts}&to=${created?.ts}`)).toHaveLength(0);
		expect(await found(`to=${created?.ts}&action=project.create`)).toHaveLength(1);
		expect(await found("action=nothing.here")).toHaveLength(0);
	});

	test("page by page, newest first", async () => {
		const op = operation("project_audit_list");
		const first = await owner.client.call("GET", `${project.path}/audit?limit=2`);
		expect(fault(op, first)).toBeNull();
		const next = await owner.client.get(
			`${project.path}/audit?limit=2&cursor=${first.body.next_cursor}`,
		);
		const seqs = [...first.body.items, ...next.items].map((row: Body) => row.seq);
		expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
		expect(new Set(seqs).size).toBe(4);
	});

	test.each(["from=yesterday", "outcome=maybe", "actor=x", "project=x"])(
		"%s is refused",
		async (query) => {
			expect((await owner.client.call("GET", `${project.path}/audit?${query}`)).status).toBe(422);
		},
	);
});

describe("an export", () => {
	const folder = newFolder();
	const key = `${instance.dirs.inst}/secrets/audit.pub`;
	let lines: string[];
	let checkpoints: string;

	const verify = (rows: string[], name: string) => {
		const file = folder.write(`${name}.ndjson`, `${rows.join("\n")}\n`);
		const args = ["--checkpoints", checkpoints, "--key", key, "--json"];
		const ended = recon("audit", "verify", file, ...args);
		return { code: ended.code, ...JSON.parse(ended.out) } as Body;
	};

	/** A change of one member of the row with this index. */
	const changed = (rows: string[], at: number, member: string, value: unknown) =>
		rows.map((line, i) =>
			i === at ? JSON.stringify({ ...JSON.parse(line), [member]: value }) : line,
		);

	beforeAll(async () => {
		// Signed once the auditor is told to end.
		dev("restart", "auditor");
		lines = (await auditor.client.get("/api/v1/audit/export")).trim().split("\n");
		checkpoints = folder.write("checkpoints", recon("audit", "export", "checkpoints").out);
	});

	test("is the chain, and is whole", () => {
		const said = verify(lines, "whole");
		expect(said).toMatchObject({ code: 0, whole: true, rows: lines.length, findings: [] });
		expect(said.signed_rows).toBeGreaterThan(4);
	});

	test("is what the operator's command writes", () => {
		const written = recon("audit", "export").out.trim().split("\n");
		expect(written.slice(0, lines.length)).toEqual(lines);
		expect(recon("audit", "verify").out).toContain("The log is whole.");
	});

	test("can be checked by hand", () => {
		const { hash, personal: _, salt: __, ...row } = JSON.parse(lines[3] ?? "");
		expect(sha256(JSON.stringify(canonical(row)))).toBe(hash);
		expect(JSON.parse(lines[4] ?? "").prev_hash).toBe(hash);
	});

	test("comes as a table too", async () => {
		const table: string = await auditor.client.get(
			"/api/v1/audit/export?format=csv&action=project.create",
		);
		const [head, first] = table.split("\n");
		expect(head).toBe(
			"seq,ts,actor_kind,actor,action,object_kind,object,outcome,request_id,project,details,personal,prev_hash,hash",
		);
		expect(first).toContain(",project.create,project,");
		const answer = await owner.client.call("GET", `${project.path}/audit/export?format=xlsx`);
		expect(answer.headers.get("content-disposition")).toBe('attachment; filename="audit.xlsx"');
	});

	const at = 2; // row 3, well before the last checkpoint
	const tamperings: [kind: string, act: () => string[], from: number, to: number][] = [
		["edit", () => changed(lines, at, "outcome", "failed"), 3, 3],
		[
			"insertion",
			() => lines.toSpliced(at, 0, changed(lines, at, "action", "user.create")[at] ?? ""),
			3,
			3,
		],
		["deletion", () => lines.toSpliced(at, 2), 3, 4],
		["reordering", () => lines.toSpliced(at, 2, lines[at + 1] ?? "", lines[at] ?? ""), 3, 4],
		["truncation", () => lines.slice(0, 3), 4, 0],
	];

	test.each(tamperings)("%s is named", (kind, act, from, to) => {
		const said = verify(act(), kind);
		expect(said).toMatchObject({ code: 3, whole: false });
		expect(said.findings).toHaveLength(1);
		expect(said.findings[0]).toMatchObject({ kind, from, to: to || said.findings[0].to });
	});

	test("restamping is named", () => {
		let prev = "0".repeat(64);
		const stamped = lines.map((line, i) => {
			const { hash: _, personal, salt, ...row } = JSON.parse(line);
			if (i >= at) row.ts = row.ts.replace(/^20\d\d/, "2025");
			row.prev_hash = prev;
			prev = sha256(JSON.stringify(canonical(row)));
			return JSON.stringify({ ...row, hash: prev, personal, salt });
		});
		expect(verify(stamped, "restamping").findings).toMatchObject([{ kind: "restamping" }]);
	});

	test("a checkpoint that somebody kept elsewhere is an anchor", () => {
		const file = folder.write("cut.ndjson", `${lines.slice(0, 3).join("\n")}\n`);
		expect(recon("audit", "verify", file, "--key", key).code).toBe(0);
		const ended = recon("audit", "verify", file, "--key", key, "--anchor", checkpoints);
		expect(ended.code).toBe(3);
		expect(ended.out).toContain("truncation");
		expect(ended.out).toContain("The log is NOT whole.");
	});

	test("checkpoints of another key are forged", () => {
		const other = newFolder();
		recon("audit", "keygen", "--public", `${other.path}/pub`, "--private", `${other.path}/key`);
		const file = folder.write("other.ndjson", `${lines.join("\n")}\n`);
		const ended = recon(
			"audit",
			"verify",
			file,
			"--key",
			`${other.path}/pub`,
			"--anchor",
			checkpoints,
		);
		expect(ended.code).toBe(3);
		expect(ended.out).toContain("forgery");
		expect(readFileSync(`${other.path}/pub`, "utf8")).toMatch(/^recon-audit-public:/);
	});
});

test.each([
	["without a verb", ["audit"]],
	["with an unknown verb", ["audit", "mend"]],
	["with too much", ["audit", "verify", "a", "b"]],
])("recon audit %s says how it is used", (_, args) => {
	const ended = recon(...args);
	expect(ended.code).toBe(2);
	expect(ended.err).toContain("usage: recon audit");
});
