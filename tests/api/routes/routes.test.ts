// Every row of the route table, by its document: who may not, what is malformed, and that each answer
// is one that the document describes.
import { randomBytes, randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, type CallOptions, Client } from "../lib/client.ts";
import { sql } from "../lib/command.ts";
import { dev, instance } from "../lib/instance.ts";
import { fault, type Operation, operation, operations, sample } from "../lib/openapi.ts";
import { newPerson, newProject, type Person, type Project, redeemed } from "../lib/story.ts";
import {
	type PlatformRole,
	platformMatrix,
	platformRoles,
	projectMatrix,
	type Role,
	roles,
} from "./matrix.ts";

let owner: Person;
let stranger: Person;
let project: Project;
let elsewhere: Project;
const members = new Map<Role, Person>();
const onPlatform = new Map<PlatformRole, Client>();
let readKey: Client;

beforeAll(async () => {
	owner = await redeemed(`owner-${randomUUID()}@example.test`, "owner", "--administrator");
	stranger = await newPerson("stranger");
	project = await newProject(owner.client);
	elsewhere = await newProject(owner.client);
	for (const role of roles) {
		const person = role === "owner" ? owner : await newPerson(role);
		members.set(role, person);
		if (role === "owner") continue;
		dev("recon", "member", "add", person.email, "--project", project.id, "--role", role);
	}
	const auditor = await newPerson("auditor");
	const { user } = await auditor.client.get("/api/v1/me");
	sql(`INSERT INTO platform_role (user_id, role) VALUES ('${user.id}', 'auditor')`);
	onPlatform.set("nobody", new Client(instance.url));
	onPlatform.set("person", stranger.client);
	onPlatform.set("auditor", auditor.client);
	onPlatform.set("administrator", owner.client);
	const made = await owner.client.post("/api/v1/auth/api-keys", {
		name: "reads",
		scopes: ["read"],
		expires_in_days: 1,
	});
	readKey = new Client(instance.url);
	readKey.bearer = made.secret;
});

const inProject = (op: Operation) => op.path.includes("{project}");
const isWrite = (op: Operation) => op.method !== "GET" && op.method !== "HEAD";

/** The operation's path; every id but the project's is one that nothing has. */
const pathOf = (op: Operation, id = project.id) =>
	op.path
		.replace("{project}", id)
		.replace("{no}", "1")
		.replace(/\{[a-z_]+\}/g, () => randomUUID());

/** What makes the request well formed as far as headers go. */
function headersOf(op: Operation): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const parameter of op.parameters) {
		if (parameter.in !== "header" || !parameter.required) continue;
		if (parameter.name === "If-Match") headers["if-match"] = '"1"';
		if (parameter.name === "Tus-Resumable") headers["tus-resumable"] = "1.0.0";
		if (parameter.name === "Upload-Offset") headers["upload-offset"] = "0";
	}
	return headers;
}

function optionsOf(op: Operation): CallOptions {
	const headers = headersOf(op);
	if (op.input) return { json: sample(op.input), headers };
	if (op.takes) return { body: "x", headers: { ...headers, "content-type": op.takes } };
	return { headers };
}

async function ask(
	client: Client,
	op: Operation,
	options: CallOptions = optionsOf(op),
	path = pathOf(op),
): Promise<Answer> {
	return client.call(op.method, path, options);
}

/** The answer is one of the document's, carries what every answer does, and refuses with this code. */
function refused(op: Operation, answer: Answer, status: number, code?: string) {
	expect(fault(op, answer)).toBeNull();
	expect({ status: answer.status, code: op.method === "HEAD" ? code : answer.body?.code }).toEqual({
		status,
		code: code ?? answer.body?.code,
	});
	expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{32,36}$/);
	expect(answer.headers.get("cache-control")).toBe("no-store");
	expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
	expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
}

const signedIn = operations.filter((op) => !op.public);
const projectOperations = operations.filter(inProject);
const writes = signedIn.filter(isWrite);
const withInput = operations.filter((op) => op.input !== null);
// A change of what is named has nothing that it must name.
const demanding = withInput.filter(
	(op) => Object.keys(sample(op.input ?? {}) as object).length > 0,
);
const withoutInput = writes.filter((op) => op.takes === null);

test("the document has operations of every kind", () => {
	expect(operations.length).toBeGreaterThan(45);
	expect(projectOperations.length).toBeGreaterThan(30);
	expect(withInput.length).toBeGreaterThan(10);
});

describe("anonymous", () => {
	test.each(signedIn)("$id is refused", async (op) => {
		const client = new Client(instance.url);
		refused(op, await ask(client, op), 401, "unauthenticated");
	});

	test.each(signedIn)("$id refuses a forged access token", async (op) => {
		const client = new Client(instance.url);
		const [head, , signature] = (owner.client.cookies.get("__Host-at") ?? "").split(".");
		const claims = Buffer.from(JSON.stringify({ sub: randomUUID() })).toString("base64url");
		client.cookies.set("__Host-at", `${head}.${claims}.${signature}`);
		refused(op, await ask(client, op), 401, "token_invalid");
	});

	test.each(signedIn)("$id refuses an API key that does not exist", async (op) => {
		const client = new Client(instance.url);
		client.bearer = `rk_live_${"0".repeat(85)}`;
		refused(op, await ask(client, op), 401, "unauthenticated");
	});

	test.each(signedIn)("$id refuses cookie and bearer at once", async (op) => {
		const both = new Client(instance.url);
		for (const [name, value] of owner.client.cookies) both.cookies.set(name, value);
		both.bearer = readKey.bearer;
		const answer = await ask(both, op);
		// Uploads are refused by nginx's question, which knows three answers only.
		if (op.id.startsWith("upload_content")) expect([400, 403]).toContain(answer.status);
		else refused(op, answer, 400, "two_credentials");
	});
});

describe("another project's member", () => {
	test.each(projectOperations)("$id does not exist for strangers", async (op) => {
		const answer = await ask(stranger.client, op);
		if (op.id.startsWith("upload_content")) expect([403, 404]).toContain(answer.status);
		else refused(op, answer, 404, "not_found");
	});

	test.each(projectOperations)("$id does not exist where the project does not", async (op) => {
		const answer = await ask(owner.client, op, optionsOf(op), pathOf(op, randomUUID()));
		if (op.id.startsWith("upload_content")) expect([403, 404]).toContain(answer.status);
		else refused(op, answer, 404, "not_found");
	});

	test("a key of another project does not open this one", async () => {
		const theirs = await newProject(owner.client);
		const made = await owner.client.post("/api/v1/auth/api-keys", {
			name: "one project",
			project: theirs.id,
			expires_in_days: 1,
		});
		const client = new Client(instance.url);
		client.bearer = made.secret;
		expect((await client.get("/api/v1/projects")).items).toHaveLength(1);
		expect((await ask(client, operation("project_get"))).status).toBe(404);
	});
});

test("every operation has a row in the matrix", () => {
	for (const op of operations)
		expect([op.id, (inProject(op) ? projectMatrix : platformMatrix).has(op.id)]).toEqual([
			op.id,
			true,
		]);
});

describe.each(roles)("the role %s", (role) => {
	const member = () => (members.get(role) as Person).client;

	test.each(projectOperations)("and $id", async (op) => {
		const answer = await ask(member(), op);
		if (!projectMatrix.get(op.id)?.has(role)) refused(op, answer, 403, "forbidden");
		else expect(answer.body?.code).not.toBe("forbidden");
		expect(answer.status).toBeLessThan(500);
	});

	// Whatever somebody may do at home: elsewhere there is nothing.
	if (role === "owner") return;
	test.each(projectOperations)("and $id of another project", async (op) => {
		const answer = await ask(member(), op, optionsOf(op), pathOf(op, elsewhere.id));
		if (op.id.startsWith("upload_content")) expect([403, 404]).toContain(answer.status);
		else refused(op, answer, 404, "not_found");
	});
});

describe.each(platformRoles)("on the platform, %s", (role) => {
	const others = operations.filter((op) => !inProject(op));
	const allowed = (op: Operation) => platformMatrix.get(op.id)?.has(role);

	test.each(others.filter((op) => !allowed(op)))("may not $id", async (op) => {
		const answer = await ask(onPlatform.get(role) as Client, op);
		if (role === "nobody") refused(op, answer, 401, "unauthenticated");
		else refused(op, answer, 403, "forbidden");
	});

	test.each(others.filter((op) => allowed(op) && op.method === "GET"))("may $id", async (op) => {
		expect([401, 403]).not.toContain((await ask(onPlatform.get(role) as Client, op)).status);
	});
});

describe("an API key that may only read", () => {
	test.each(writes)("$id is refused", async (op) => {
		const answer = await ask(readKey, op);
		if (op.permission === "match.read") expect(answer.status).toBeLessThan(500);
		else refused(op, answer, 403, "forbidden");
	});
});

describe("requests that a browser was tricked into", () => {
	test.each(writes)("$id wants the token echoed", async (op) => {
		const options = optionsOf(op);
		const headers = { ...options.headers, "x-csrf-token": randomBytes(32).toString("base64url") };
		refused(op, await ask(owner.client, op, { ...options, headers }), 403, "csrf");
	});

	test.each(operations.filter(isWrite))("$id refuses a foreign origin", async (op) => {
		const options = optionsOf(op);
		const headers = { ...options.headers, origin: "https://evil.example" };
		refused(op, await ask(owner.client, op, { ...options, headers }), 403, "csrf");
	});

	test.each(operations.filter(isWrite))("$id refuses another site", async (op) => {
		const options = optionsOf(op);
		const headers = { ...options.headers, "sec-fetch-site": "cross-site" };
		refused(op, await ask(owner.client, op, { ...options, headers }), 403, "csrf");
	});
});

const malformed: [string, string, number, string][] = [
	["no JSON", "{", 400, "json_syntax"],
	["an empty body", "", 400, "json_syntax"],
	["something behind the document", "{} {}", 400, "json_syntax"],
	["a comment", "{/**/}", 400, "json_syntax"],
	["NaN", '{"a":NaN}', 400, "json_syntax"],
	["a key twice", '{"a":1,"a":2}', 400, "json_duplicate_key"],
	["a key twice by escape", '{"a":1,"\\u0061":2}', 400, "json_duplicate_key"],
	["too deep", `${"[".repeat(60_000)}`, 400, "json_depth"],
	["an array", "[]", 422, "invalid"],
	["a text", '"x"', 422, "invalid"],
];

describe.each(malformed)("%s as body", (_, body, status, code) => {
	test.each(withInput)("$id", async (op) => {
		const headers = { ...headersOf(op), "content-type": "application/json" };
		refused(op, await ask(owner.client, op, { body, headers }), status, code);
	});
});

describe("bodies of the wrong kind", () => {
	test.each(withInput)("$id refuses another content type", async (op) => {
		const headers = { ...headersOf(op), "content-type": "text/plain" };
		refused(op, await ask(owner.client, op, { body: "{}", headers }), 415, "media_type");
	});

	test.each(withInput)("$id refuses an unknown field", async (op) => {
		const json = { ...(sample(op.input ?? {}) as object), "un/known": 1 };
		const answer = await ask(owner.client, op, { json, headers: headersOf(op) });
		refused(op, answer, 422);
		const pointers = answer.body.errors.map((e: { pointer: string }) => e.pointer);
		expect(pointers).toContain("/un~1known");
	});

	test.each(demanding)("$id names what is missing", async (op) => {
		const answer = await ask(owner.client, op, { json: {}, headers: headersOf(op) });
		refused(op, answer, 422);
	});

	test.each(withInput)("$id refuses a body over the limit", async (op) => {
		const body = `{"a":"${"x".repeat(1 << 20)}"}`;
		const headers = { ...headersOf(op), "content-type": "application/json" };
		refused(op, await ask(owner.client, op, { body, headers }), 413, "too_large");
	});

	test.each(withoutInput)("$id refuses fields where there is nothing to say", async (op) => {
		const answer = await ask(owner.client, op, { json: { a: 1 }, headers: headersOf(op) });
		expect(fault(op, answer)).toBeNull();
		expect([404, 422]).toContain(answer.status);
	});
});

describe("query parameters", () => {
	const reads = signedIn.filter((op) => op.method === "GET");

	test.each(reads)("$id refuses an unknown one", async (op) => {
		refused(
			op,
			await ask(owner.client, op, {}, `${pathOf(op)}?surely_unknown=1`),
			422,
			"unknown_field",
		);
	});

	test.each(reads)("$id refuses one given twice", async (op) => {
		refused(
			op,
			await ask(owner.client, op, {}, `${pathOf(op)}?limit=1&limit=2`),
			400,
			"bad_request",
		);
	});

	const paged = operations.filter((op) => op.parameters.some((p) => p.name === "cursor"));
	const cursors = ["x", "AAAA", "%ff", "a b", "A".repeat(129), "AQAAAAAAAAAAAAAAAAAAAAA"];
	test.each(paged.flatMap((op) => cursors.map((cursor) => ({ op, id: op.id, cursor }))))(
		"$id refuses the cursor $cursor",
		async ({ op, cursor }) => {
			const answer = await ask(owner.client, op, {}, `${pathOf(op)}?cursor=${cursor}`);
			expect(fault(op, answer)).toBeNull();
			// A list inside something that does not exist may say that first.
			expect([400, 404, 422]).toContain(answer.status);
			if (answer.status === 422) expect(answer.body.code).toBe("bad_cursor");
		},
	);

	const limited = operations.filter((op) => op.parameters.some((p) => p.name === "limit"));
	const limits = ["0", "-1", "1001", "x", "", "1e2", "99999999999999999999"];
	test.each(limited.flatMap((op) => limits.map((limit) => ({ op, id: op.id, limit }))))(
		"$id refuses limit=$limit",
		async ({ op, limit }) => {
			refused(op, await ask(owner.client, op, {}, `${pathOf(op)}?limit=${limit}`), 422, "invalid");
		},
	);
});

describe("paths", () => {
	const withIds = operations.filter(
		(op) => op.path.includes("{") && !op.id.startsWith("upload_content"),
	);

	test.each(withIds)("$id does not take what is no id", async (op) => {
		const path = op.path.replace("{project}", project.id).replace(/\{[a-z_]+\}/g, "x");
		const answer = await ask(
			owner.client,
			op,
			optionsOf(op),
			path === op.path ? "/api/v1/x" : path,
		);
		if (path.includes("/x")) refused(op, answer, 404, "not_found");
	});

	test("a method that a path does not have is named with those that it has", async () => {
		const answer = await owner.client.call("DELETE", "/api/v1/projects");
		expect(answer.status).toBe(405);
		expect(answer.headers.get("allow")).toBe("GET, POST");
	});

	const nowhere = [
		"/api/v1/nothing",
		"/api/v1/projects/",
		"/api/v1//projects",
		"/api/v1/%70rojects",
	];
	test.each(nowhere)("%s is nowhere", async (path) => {
		const answer = await owner.client.call("GET", path);
		expect({ status: answer.status, code: answer.body.code }).toEqual({
			status: 404,
			code: "not_found",
		});
	});

	test("what is internal is not reached from outside", async () => {
		expect((await owner.client.call("GET", "/api/v1/internal/authorize")).status).toBe(404);
		expect((await owner.client.call("GET", "/metrics")).body).not.toContain("recon_http");
	});
});

describe("what owners read is as described", () => {
	const plain = operations.filter(
		(op) => op.method === "GET" && !op.path.replace("{project}", "").includes("{"),
	);

	test.each(plain)("$id", async (op) => {
		const answer = await ask(owner.client, op);
		expect(answer.status).toBe(200);
		expect(fault(op, answer)).toBeNull();
	});

	test("creating a project, a source, a reconciliation and an upload", async () => {
		const calls: [string, unknown, string?][] = [
			["project_create", { name: "Ø 漢字 🙂", time_zone: "UTC", base_currency: "JPY" }],
			["source_create", { name: "left", kind: "ledger", time_zone: "UTC" }],
			["source_create", { name: "right", kind: "bank", time_zone: "UTC", currency: null }],
		];
		const made: string[] = [];
		for (const [id, json] of calls) {
			const answer = await ask(owner.client, operation(id), { json });
			expect(answer.status).toBe(201);
			expect(fault(operation(id), answer)).toBeNull();
			made.push(answer.body.id);
		}
		const [, left, right] = made;
		const rec = await ask(owner.client, operation("reconciliation_create"), {
			json: { name: "rec", left, right },
		});
		expect(rec.status).toBe(201);
		expect(fault(operation("reconciliation_create"), rec)).toBeNull();
		const upload = await ask(owner.client, operation("upload_create"), {
			json: { source: left, name: "a.csv", size: 10 },
		});
		expect(upload.status).toBe(201);
		expect(fault(operation("upload_create"), upload)).toBeNull();
		for (const id of ["source_list", "reconciliation_list", "file_list"]) {
			const list = await ask(owner.client, operation(id));
			expect(list.body.items.length).toBeGreaterThan(0);
			expect(fault(operation(id), list)).toBeNull();
		}
	});

	test("pages follow each other without gap or repetition", async () => {
		const pages = await newProject(owner.client);
		for (let i = 0; i < 7; i++)
			await owner.client.post(`${pages.path}/sources`, {
				name: `s${i}`,
				kind: "other",
				time_zone: "UTC",
			});
		const names = (await owner.client.list(`${pages.path}/sources?limit=3`)).map((s) => s.name);
		expect(names).toEqual(["s6", "s5", "s4", "s3", "s2", "s1", "s0"]);
	});
});

describe("Idempotency-Key", () => {
	const op = operation("source_create");
	const body = (name: string) => ({ name, kind: "other", time_zone: "UTC" });

	test("gives the same answer and acts once", async () => {
		const headers = { "idempotency-key": randomUUID() };
		const first = await ask(owner.client, op, { json: body("once"), headers });
		const second = await ask(owner.client, op, { json: body("once"), headers });
		expect(first.status).toBe(201);
		expect(second.status).toBe(201);
		expect(second.body).toEqual(first.body);
		expect(second.headers.get("idempotency-replayed")).toBe("true");
	});

	test("is refused for another request", async () => {
		const headers = { "idempotency-key": randomUUID() };
		await ask(owner.client, op, { json: body("first"), headers });
		refused(op, await ask(owner.client, op, { json: body("second"), headers }), 409, "conflict");
	});

	test("of another person means nothing", async () => {
		const headers = { "idempotency-key": randomUUID() };
		await ask(owner.client, op, { json: body("mine"), headers });
		const analyst = members.get("analyst") as Person;
		const theirs = await ask(analyst.client, op, { json: body("theirs"), headers });
		expect(theirs.status).toBe(201);
		expect(theirs.body.name).toBe("theirs");
	});
});
