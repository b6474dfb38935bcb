// Webhooks as a receiver sees them: signed as the library of Standard Webhooks has it, tried again,
// delivered again; and what a receiver, or who names one, cannot make the courier do.
import { createHash, randomUUID, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Body, Client } from "../lib/client.ts";
import { sql, wake } from "../lib/command.ts";
import { sides } from "../lib/filled.ts";
import { instance, until } from "../lib/instance.ts";
import { fault, operation } from "../lib/openapi.ts";
import {
	finishedJob,
	newPerson,
	newProject,
	newReconciliation,
	newSource,
	type Person,
	type Project,
	readyDataset,
	startJob,
	upload,
} from "../lib/story.ts";

interface Message {
	headers: Record<string, string>;
	body: string;
}

const cert = readFileSync(instance.ca, "utf8");
const pin = createHash("sha256")
	.update(new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" }))
	.digest("base64");
const otherPin = createHash("sha256").update("another").digest("base64");

let server: Server;
let url: string;
let messages: Message[] = [];
let answers: { status: number; headers?: Record<string, string> }[] = [];
let owner: Person;
let project: Project;

beforeAll(async () => {
	const key = readFileSync(`${instance.dirs.inst}/tls/key.pem`, "utf8");
	server = createServer({ key, cert }, (request, response) => {
		let body = "";
		request.setEncoding("utf8").on("data", (text) => {
			body += text;
		});
		request.on("end", () => {
			messages.push({ headers: request.headers as Record<string, string>, body });
			const { status, headers } = answers.shift() ?? { status: 204 };
			response.writeHead(status, headers).end();
		});
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/hook?a=1`;
	owner = await newPerson("owner");
});

afterAll(() => server.close());

beforeEach(async () => {
	messages = [];
	answers = [];
	project = await newProject(owner.client);
});

const create = (more: object = {}): Promise<Body> =>
	owner.client.post(`${project.path}/webhooks`, {
		name: "receiver",
		url,
		events: ["job.finish", "job.fail"],
		...more,
	});

/** An act of the project, as its transaction leaves it. The courier looks every two seconds; it is woken. */
function act(action: string, outcome = "done", n = 1) {
	sql(`INSERT INTO audit_outbox (id, project_id, actor_kind, action, object_kind, object_id, outcome)
		SELECT gen_random_uuid(), '${project.id}', 'system', '${action}', 'job', gen_random_uuid(),
		'${outcome}' FROM generate_series(1, ${n})`);
	wake("webhook");
}

const arrived = (n: number, seconds = 20) =>
	until(
		"messages",
		async () => messages,
		(m) => m.length >= n,
		seconds,
	);
const deliveries = (webhook: string): Promise<Body[]> =>
	owner.client.list(`${project.path}/webhooks/${webhook}/deliveries`);
const ended = (webhook: string) =>
	until(
		"the delivery",
		() => deliveries(webhook),
		(rows) => rows.length > 0 && rows.every((r) => r.ended_at),
		20,
	);

test("messages are those that the library accepts, and none other is sent", async () => {
	const { webhook, secret } = await create();
	act("job.finish", "done", 40);
	act("job.create");
	act("job.finish", "refused");
	await arrived(40);
	const ids = new Set<string>();
	for (const { headers, body } of messages) {
		const data = new Webhook(secret).verify(body, headers) as Body;
		expect(data).toMatchObject({
			type: "job.finish",
			data: { project: project.id, outcome: "done" },
		});
		ids.add(headers["webhook-id"] ?? "");
	}
	expect(ids.size).toBe(40);
	const rows = await ended(webhook.id);
	expect(rows.map((row) => row.state)).toEqual(Array(40).fill("delivered"));
	expect(new Set(rows.map((row) => row.id))).toEqual(ids);
	expect(() =>
		new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(
			messages[0]?.body ?? "",
			messages[0]?.headers ?? {},
		),
	).toThrow();
});

test("what the receiver does not take is tried again, under the same id", async () => {
	const { webhook, secret } = await create();
	answers = [{ status: 500 }, { status: 204 }];
	act("job.fail", "failed");
	await arrived(2);
	expect(messages[1]?.headers["webhook-id"]).toBe(messages[0]?.headers["webhook-id"]);
	new Webhook(secret).verify(messages[1]?.body ?? "", messages[1]?.headers ?? {});
	const [row] = await ended(webhook.id);
	expect(row).toMatchObject({ state: "delivered", tries: 2, status: 204, error_code: null });
	const path = `${project.path}/webhooks/${webhook.id}/deliveries/${row?.id}`;
	const tries = await owner.client.call("GET", path);
	expect(fault(operation("delivery_tries"), tries)).toBeNull();
	const elsewhere = path.replace(webhook.id, randomUUID());
	expect((await owner.client.call("GET", elsewhere)).status).toBe(404);
	expect(tries.body.items).toMatchObject([
		{ no: 2, status: 204, error_code: null },
		{ no: 1, status: 500, error_code: "unavailable" },
	]);
	// Once more, because somebody asks for it.
	expect((await owner.client.call("POST", `${path}/again`)).status).toBe(202);
	await arrived(3);
	expect(messages[2]?.headers["webhook-id"]).toBe(row?.id);
});

test("two secrets sign while one replaces the other", async () => {
	const { webhook, secret } = await create();
	const made = await owner.client.post(`${project.path}/webhooks/${webhook.id}/rotate`);
	expect(made.secret).not.toBe(secret);
	expect(made.webhook.old_secret_until).not.toBeNull();
	act("job.finish");
	const [message] = await arrived(1);
	for (const one of [secret, made.secret])
		new Webhook(one).verify(message?.body ?? "", message?.headers ?? {});
	expect(message?.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
});

test("a redirect is not followed, and 410 ends it for good", async () => {
	const { webhook } = await create();
	answers = [{ status: 302, headers: { location: url } }, { status: 410 }];
	act("job.finish");
	const [row] = await ended(webhook.id);
	expect(messages).toHaveLength(2);
	expect(row).toMatchObject({ state: "failed", status: 410 });
	const path = `${project.path}/webhooks/${webhook.id}`;
	expect((await owner.client.get(path)).status).toBe("gone");
	act("job.finish");
	expect(await deliveries(webhook.id)).toHaveLength(1);
	expect(await owner.client.want("PATCH", path, { json: { status: "active" } })).toMatchObject({
		status: "active",
	});
});

describe("whom it will not call", () => {
	/** One try at each of these. */
	const failing = async (...hooks: object[]): Promise<Body[]> => {
		const made = await Promise.all(hooks.map((more) => create(more)));
		act("job.finish");
		const lists = () => Promise.all(made.map(({ webhook }) => deliveries(webhook.id)));
		const tried = (all: Body[][]) => all.every((rows) => rows.some((r) => r.error_code));
		const rows = (await until("tries", lists, tried, 20)).flat();
		for (const { webhook } of made)
			await owner.client.want("DELETE", `${project.path}/webhooks/${webhook.id}`);
		return rows;
	};

	test("addresses inside, whatever their name", async () => {
		const hosts = ["10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0x0a000001"];
		for (const row of await failing(...hosts.map((host) => ({ url: `https://${host}/` }))))
			expect(row).toMatchObject({ error_code: "config", status: null });
	});

	test("a receiver with another key than those that were pinned", async () => {
		const backup = createHash("sha256").update("backup").digest("base64");
		expect(await failing({ pins: [otherPin, backup] })).toMatchObject([{ error_code: "config" }]);
		expect(messages).toHaveLength(0);
	});

	test("a receiver whose certificate another authority vouches for", async () => {
		const ca_pem = readFileSync("/etc/ssl/certs/ca-certificates.crt", "utf8").slice(0, 8000);
		const whole = ca_pem.slice(0, ca_pem.lastIndexOf("-----BEGIN"));
		expect(await failing({ ca_pem: whole })).toMatchObject([{ error_code: "config" }]);
		expect(messages).toHaveLength(0);
	});
});

test("a pinned receiver is called, whichever of the pins it is", async () => {
	const { webhook } = await create({ pins: [otherPin, pin], ca_pem: cert });
	expect(webhook).toMatchObject({ own_certificates: true, pins: [otherPin, pin] });
	act("job.finish");
	await arrived(1);
});

test.each([
	["plain HTTP", { url: "http://example.test/" }],
	["somebody who signs in", { url: "https://a:b@example.test/" }],
	["no address", { url: "https://" }],
	["an unknown event", { events: ["job.finish", "job.nothing"] }],
	["an event that is not told", { events: ["session.create"] }],
	["one pin", { pins: [pin] }],
	["what is no pin", { pins: [pin, `${"*".repeat(43)}=`] }],
])("%s is refused", async (_, more) => {
	const answer = await owner.client.call("POST", `${project.path}/webhooks`, {
		json: { name: "x", url, events: ["job.finish"], ...more },
	});
	expect(answer.status).toBe(422);
});

test("a service's day: a key, an upload, a job, its results, and a message when it is done", async () => {
	const { secret: hook } = await create({ events: ["job.finish"] });
	const made = await owner.client.post("/api/v1/auth/api-keys", {
		name: "service",
		project: project.id,
		scopes: ["read", "upload", "run", "manage"],
		networks: ["127.0.0.0/8", "::1"],
		expires_in_days: 30,
	});
	expect(made.api_key.networks).toEqual(["127.0.0.0/8", "::1/128"]);
	const service = new Client(instance.url);
	service.bearer = made.secret;
	const mine: Project = { client: service, id: project.id, path: project.path };
	const left = await newSource(mine, "ledger");
	const right = await newSource(mine, "bank");
	const { ledger, bank } = sides(5);
	const l = await readyDataset(mine, await upload(mine, left.id, "ledger.csv", ledger));
	const r = await readyDataset(mine, await upload(mine, right.id, "bank.csv", bank));
	const { id } = await newReconciliation(mine, left.id, right.id);
	const job = await finishedJob(mine, (await startJob(mine, id, [l.id], [r.id])).id);
	expect(job.summary.confirmed).toBe(5);
	const view = await service.post(`${project.path}/reconciliations/${id}/views`, {
		kind: "matches",
	});
	expect((await service.get(`${project.path}/views/${view.view}/rows`)).items).toHaveLength(5);
	const [message] = await arrived(1);
	expect(new Webhook(hook).verify(message?.body ?? "", message?.headers ?? {})).toMatchObject({
		type: "job.finish",
		data: { object_kind: "job", object: job.id },
	});
	// It was used, and is exchanged without a pause.
	const keys = await owner.client.list("/api/v1/auth/api-keys");
	expect(keys.find((key) => key.id === made.api_key.id)?.used_at).not.toBeNull();
	const path = `/api/v1/auth/api-keys/${made.api_key.id}`;
	const next = await owner.client.post(`${path}/rotate`);
	expect(next.api_key).toMatchObject({ scopes: made.api_key.scopes, project: project.id });
	const third = await owner.client.call("POST", `${path}/rotate`);
	expect({ status: third.status, code: third.body.code }).toEqual({ status: 422, code: "limit" });
	expect((await service.call("GET", project.path)).status).toBe(200);
	await owner.client.want("DELETE", path);
	expect((await service.call("GET", project.path)).status).toBe(401);
	service.bearer = next.secret;
	expect((await service.call("GET", project.path)).status).toBe(200);
	expect((await owner.client.call("POST", `${path}/rotate`)).status).toBe(404);
});

test.each([["10.0.0.1/8"], ["x"], ["10.0.0.0/33"], ["::1/129"]])(
	"a key for the network %s is refused",
	async (network) => {
		const answer = await owner.client.call("POST", "/api/v1/auth/api-keys", {
			json: { name: "x", networks: [network], expires_in_days: 1 },
		});
		expect(answer.status).toBe(422);
	},
);

test("a key is of no use from elsewhere", async () => {
	const made = await owner.client.post("/api/v1/auth/api-keys", {
		name: "elsewhere",
		networks: ["192.0.2.0/24"],
		expires_in_days: 1,
	});
	const client = new Client(instance.url);
	client.bearer = made.secret;
	expect((await client.call("GET", "/api/v1/projects")).status).toBe(401);
});
