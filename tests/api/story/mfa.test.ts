// The second factor: set up, signed in with, never taken twice, recovered, required by a role.
import { afterAll, describe, expect, test } from "vitest";
import { Client } from "../lib/client.ts";
import { sql } from "../lib/command.ts";
import { instance } from "../lib/instance.ts";
import { letterTo } from "../lib/mail.ts";
import { newPerson, newProject, type Person, redeemed } from "../lib/story.ts";
import { firstStep, newAddress, totp, withTotp } from "../lib/totp.ts";

const second = (client: Client, code: string) =>
	client.call("POST", "/api/v1/auth/second-factor", { json: { code } });
const me = (client: Client) => client.call("GET", "/api/v1/me");

async function enrolled(word: string) {
	const person = await newPerson(word);
	return { person, factor: await withTotp(person.client) };
}

describe("setting it up", () => {
	test("takes a code, gives ten recovery codes, ends the other sessions, and is told", async () => {
		const person = await newPerson("enrols");
		const other = new Client(instance.url);
		await other.post("/api/v1/auth/sign-in", { email: person.email, password: person.password });
		const begun = await person.client.post("/api/v1/auth/mfa/totp");
		expect(begun.secret).toMatch(/^[A-Z2-7]{32}$/);
		expect(begun.uri).toContain(`secret=${begun.secret}&`);
		const wrong = await person.client.call("POST", "/api/v1/auth/mfa/totp/confirm", {
			json: { code: totp(begun.secret, -10) },
		});
		expect(wrong.body.code).toBe("bad_second_factor");
		expect((await person.client.get("/api/v1/auth/mfa")).totp).toBe(false);
		const done = await person.client.post("/api/v1/auth/mfa/totp/confirm", {
			code: totp(begun.secret),
		});
		expect(new Set(done.codes).size).toBe(10);
		expect(done.codes[0]).toMatch(/^[0-9a-hjkmnp-tv-z]{6}(-[0-9a-hjkmnp-tv-z]{6}){3}$/);
		expect(await person.client.get("/api/v1/auth/mfa")).toMatchObject({
			totp: true,
			recovery_codes_left: 10,
			required: false,
		});
		expect((await me(other)).body.code).toBe("session_ended");
		expect((await me(person.client)).status).toBe(200);
		expect((await letterTo(person.email)).text).toContain("A second factor was set up.");
		const again = await person.client.call("POST", "/api/v1/auth/mfa/totp");
		expect(again.body.code).toBe("conflict");
	});
});

describe("signing in", () => {
	test("has two steps; the first alone opens nothing", async () => {
		const { person, factor } = await enrolled("steps");
		const client = await firstStep(person);
		expect([...client.cookies.keys()]).toEqual(["__Host-mfa"]);
		expect((await me(client)).body.code).toBe("unauthenticated");
		const info = await second(client, totp(factor.secret, 1));
		expect(info.status).toBe(200);
		expect(info.body.session.restricted).toBe(false);
		expect(client.cookies.has("__Host-mfa")).toBe(false);
		expect((await me(client)).status).toBe(200);
	});

	test("without the first step is refused", async () => {
		const client = new Client(instance.url);
		expect((await second(client, "123456")).body.code).toBe("unauthenticated");
		client.cookies.set("__Host-mfa", "A".repeat(43));
		expect((await second(client, "123456")).body.code).toBe("unauthenticated");
	});

	test("the first step's code is no link's code", async () => {
		const { person } = await enrolled("swapped");
		const client = await firstStep(person);
		const answer = await new Client(instance.url).call("POST", "/api/v1/auth/redeem", {
			json: { code: client.cookies.get("__Host-mfa"), password: "the invoice was paid twice" },
		});
		expect(answer.body.code).toBe("code_spent");
	});

	test("a code is taken once, however many try it at the same time", async () => {
		const { person, factor } = await enrolled("parallel");
		const tries = 8;
		const clients = await Promise.all(Array.from({ length: tries }, () => firstStep(person)));
		const code = totp(factor.secret, 1);
		const answers = await Promise.all(clients.map((client) => second(client, code)));
		expect(answers.filter((a) => a.status === 200)).toHaveLength(1);
		for (const answer of answers.filter((a) => a.status !== 200))
			expect(["bad_second_factor", "locked_out"]).toContain(answer.body.code);
	});

	test("a code that was used, or is older than it, is refused", async () => {
		const { person, factor } = await enrolled("replay");
		const codes = [1, 0, -1].map((step) => totp(factor.secret, step));
		expect((await second(await firstStep(person), codes[0] ?? "")).status).toBe(200);
		for (const code of codes)
			expect((await second(await firstStep(person), code)).body.code).toBe("bad_second_factor");
	});

	test("guessing is slowed down, and a right password does not help", async () => {
		const { person } = await enrolled("guessed");
		const { user } = await person.client.get("/api/v1/me");
		const failures = () =>
			sql(`SELECT failures FROM credential WHERE user_id = '${user.id}'`).trim();
		const client = await firstStep(person);
		for (let i = 0; i < 2; i++)
			expect((await second(client, "000000")).body.code).toBe("bad_second_factor");
		await second(await firstStep(person), "000000");
		expect(failures()).toBe("3");
		sql(`UPDATE credential SET failures = 12, failed_at = now() WHERE user_id = '${user.id}'`);
		expect((await second(client, "000000")).body.code).toBe("locked_out");
		const answer = await new Client(instance.url).call("POST", "/api/v1/auth/sign-in", {
			json: { email: person.email, password: person.password },
		});
		expect(answer.body.code).toBe("locked_out");
	});
});

describe("recovery codes", () => {
	test("work once each, as people type them", async () => {
		const { person, factor } = await enrolled("recovers");
		const typed = (factor.codes[3] ?? "").toUpperCase().replaceAll("-", " ");
		const client = await firstStep(person);
		expect((await second(client, typed)).status).toBe(200);
		expect((await client.get("/api/v1/auth/mfa")).recovery_codes_left).toBe(9);
		expect((await second(await firstStep(person), typed)).body.code).toBe("bad_second_factor");
	});

	test("of another person are refused; new ones replace the old ones", async () => {
		const [a, b] = [await enrolled("mine"), await enrolled("theirs")];
		const mine = a.factor.codes[0] ?? "";
		expect((await second(await firstStep(b.person), mine)).body.code).toBe("bad_second_factor");
		const fresh = await a.person.client.post("/api/v1/auth/mfa/recovery-codes");
		expect(fresh.codes).toHaveLength(10);
		expect((await second(await firstStep(a.person), mine)).body.code).toBe("bad_second_factor");
		expect((await second(await firstStep(a.person), fresh.codes[9])).status).toBe(200);
	});
});

describe("beside it", () => {
	test("a letter sets the password and does not replace the second factor", async () => {
		const { person, factor } = await enrolled("resets");
		await new Client(instance.url).post("/api/v1/auth/forgot-password", { email: person.email });
		const { code } = await letterTo(person.email, 2);
		const client = new Client(instance.url);
		const answer = await client.call("POST", "/api/v1/auth/redeem", {
			json: { code, password: "the invoice was paid thrice" },
		});
		expect(answer.body.code).toBe("second_factor");
		expect((await me(client)).body.code).toBe("unauthenticated");
		expect((await me(person.client)).body.code).toBe("session_ended");
		expect((await second(client, totp(factor.secret, 1))).status).toBe(200);
	});

	test("it confirms sensitive acts; giving it up ends the other sessions", async () => {
		const { person, factor } = await enrolled("steps-up");
		const step = (json: unknown) => person.client.call("POST", "/api/v1/auth/step-up", { json });
		expect((await step({ code: "000000" })).body.code).toBe("bad_second_factor");
		expect((await step({})).body.code).toBe("invalid");
		expect((await step({ code: "1", password: "2" })).body.code).toBe("invalid");
		expect((await step({ code: totp(factor.secret, 1) })).status).toBe(204);
		expect((await person.client.call("DELETE", "/api/v1/auth/mfa/totp")).status).toBe(204);
		const plain = new Client(instance.url);
		await plain.post("/api/v1/auth/sign-in", { email: person.email, password: person.password });
		expect((await me(plain)).status).toBe(200);
	});
});

describe("a role that requires it", () => {
	let admin: Person;
	const require = (roles: string[]) =>
		admin.client.want("PATCH", "/api/v1/admin/settings", { json: { mfa_roles: roles } });
	afterAll(() => require([]));

	test("restricts who has none until it is set up, at once and everywhere", async () => {
		admin = await redeemed(newAddress("requires"), "Admin", "--administrator");
		const owner = await newPerson("owner");
		const project = await newProject(owner.client);
		await require(["owner", "owner"]);
		const settings = await admin.client.get("/api/v1/admin/settings");
		expect(settings.settings.mfa_roles).toEqual(["owner"]);

		const info = (await me(owner.client)).body;
		expect(info.session.restricted).toBe(true);
		const closed: ["GET" | "POST", string, unknown?][] = [
			["GET", "/api/v1/projects"],
			["GET", `${project.path}/files`],
			["GET", `${project.path}/members`],
			["POST", "/api/v1/auth/api-keys", { name: "k", expires_in_days: 1 }],
		];
		for (const [method, path, json] of closed)
			expect((await owner.client.call(method, path, { json })).body.code).toBe("mfa_required");
		const upload = await owner.client.call("PUT", `${project.path}/uploads/${project.id}/content`, {
			body: "x",
			headers: { "content-type": "application/octet-stream" },
		});
		expect(upload.status).toBe(403);

		const again = new Client(instance.url);
		const signedIn = await again.post("/api/v1/auth/sign-in", {
			email: owner.email,
			password: owner.password,
		});
		expect(signedIn.session.restricted).toBe(true);

		await withTotp(again);
		expect((await again.call("GET", "/api/v1/projects")).status).toBe(200);
		expect((await again.get("/api/v1/me")).session.restricted).toBe(false);
		const mfa = await again.get("/api/v1/auth/mfa");
		expect(mfa).toMatchObject({ totp: true, required: true });
		expect((await again.call("DELETE", "/api/v1/auth/mfa/totp")).body.code).toBe("mfa_required");
		// Others are as free as before.
		expect((await admin.client.call("GET", "/api/v1/projects")).status).toBe(200);
	});

	test("also when somebody gets it later", async () => {
		const person = await newPerson("promoted");
		const { user } = await person.client.get("/api/v1/me");
		await require(["auditor"]);
		const roles = `/api/v1/admin/users/${user.id}/roles`;
		await admin.client.want("PUT", roles, { json: { platform_roles: ["auditor"] } });
		expect((await person.client.call("GET", "/api/v1/projects")).body.code).toBe("mfa_required");
		await require([]);
	});
});
