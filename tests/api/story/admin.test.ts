// Administration: what administrators do to accounts and settings, and what nobody else may.
import { beforeAll, describe, expect, test } from "vitest";
import { Client, type Method } from "../lib/client.ts";
import { sql } from "../lib/command.ts";
import { instance } from "../lib/instance.ts";
import { newPerson, type Person, redeemed } from "../lib/story.ts";
import { firstStep, newAddress, withTotp } from "../lib/totp.ts";

let admin: Person;
let adminId: string;
const users = "/api/v1/admin/users";

beforeAll(async () => {
	admin = await redeemed(newAddress("admin"), "Admin", "--administrator");
	adminId = (await admin.client.get("/api/v1/me")).user.id;
});

async function somebody(word: string): Promise<{ person: Person; id: string }> {
	const person = await newPerson(word);
	return { person, id: (await person.client.get("/api/v1/me")).user.id };
}

const act = (id: string, what: string) => admin.client.call("POST", `${users}/${id}/${what}`);

describe("accounts", () => {
	test("are listed page by page", async () => {
		const { person, id } = await somebody("listed");
		const first = await admin.client.get(`${users}?limit=1`);
		expect(first.items[0]).toMatchObject({ id, email: person.email, status: "active" });
		const second = await admin.client.get(`${users}?limit=1&cursor=${first.next_cursor}`);
		expect(second.items[0].id).not.toBe(id);
	});

	test("are deactivated at once and activated again", async () => {
		const { person, id } = await somebody("parked");
		const key = await person.client.post("/api/v1/auth/api-keys", {
			name: "k",
			expires_in_days: 1,
		});
		const robot = new Client(instance.url);
		robot.bearer = key.secret;
		expect((await robot.call("GET", "/api/v1/me")).status).toBe(200);
		expect((await act(id, "deactivate")).body.status).toBe("disabled");
		expect((await person.client.call("GET", "/api/v1/me")).body.code).toBe("session_ended");
		expect((await robot.call("GET", "/api/v1/me")).body.code).toBe("unauthenticated");
		const again = () =>
			new Client(instance.url).call("POST", "/api/v1/auth/sign-in", {
				json: { email: person.email, password: person.password },
			});
		expect((await again()).body.code).toBe("bad_credentials");
		expect((await act(id, "activate")).body.status).toBe("active");
		expect((await again()).status).toBe(200);
		expect((await act(id, "activate")).body.code).toBe("conflict");
	});

	test("that are locked are unlocked", async () => {
		const { person, id } = await somebody("locked");
		const attempt = (password: string) =>
			new Client(instance.url).call("POST", "/api/v1/auth/sign-in", {
				json: { email: person.email, password },
			});
		expect((await attempt("surely not the password")).body.code).toBe("bad_credentials");
		sql(`UPDATE credential SET failures = 12, failed_at = now() WHERE user_id = '${id}'`);
		expect((await attempt(person.password)).body.code).toBe("locked_out");
		const seen = await admin.client.get(`${users}/${id}`);
		expect(seen.failures).toBeGreaterThanOrEqual(5);
		expect(seen.locked_until).not.toBeNull();
		expect((await act(id, "unlock")).body).toMatchObject({ failures: 0, locked_until: null });
		expect((await attempt(person.password)).status).toBe(200);
	});

	test("are signed out everywhere", async () => {
		const { person, id } = await somebody("out");
		expect((await act(id, "sign-out")).status).toBe(204);
		expect((await person.client.call("GET", "/api/v1/me")).body.code).toBe("session_ended");
		expect((await person.client.call("POST", "/api/v1/auth/refresh")).body.code).toBe(
			"session_ended",
		);
	});

	test("that lost their authenticator get in again", async () => {
		const { person, id } = await somebody("lost");
		expect((await act(id, "reset-mfa")).body.code).toBe("conflict");
		await withTotp(person.client);
		await firstStep(person);
		expect((await act(id, "reset-mfa")).body.second_factor).toBe(false);
		expect((await person.client.call("GET", "/api/v1/me")).body.code).toBe("session_ended");
		const client = new Client(instance.url);
		await client.post("/api/v1/auth/sign-in", { email: person.email, password: person.password });
	});

	test("that do not exist are not found", async () => {
		for (const what of ["deactivate", "unlock", "sign-out", "reset-mfa", "invite"])
			expect((await act("0190a1b2-0000-7000-8000-0123456789ab", what)).status).toBe(404);
	});
});

describe("roles on the platform", () => {
	test("are set as a whole, by who confirmed who they are", async () => {
		const { person, id } = await somebody("helper");
		const put = (roles: string[]) =>
			admin.client.call("PUT", `${users}/${id}/roles`, { json: { platform_roles: roles } });
		expect((await person.client.call("GET", users)).body.code).toBe("forbidden");
		expect((await put(["administrator", "auditor"])).body.platform_roles).toEqual([
			"administrator",
			"auditor",
		]);
		expect((await person.client.call("GET", users)).status).toBe(200);
		expect((await put([])).body.platform_roles).toEqual([]);
		expect((await person.client.call("GET", users)).body.code).toBe("forbidden");
		sql(`UPDATE session SET step_up_at = now() - interval '6 min' WHERE user_id = '${adminId}'`);
		// Redis repeats the row for a few seconds; the next refresh of the row is what counts.
		await admin.client.post("/api/v1/auth/step-up", { password: admin.password });
		expect((await put(["auditor"])).status).toBe(200);
	});

	test("the last administrator stays one, however many try at once", async () => {
		sql(`DELETE FROM platform_role WHERE role = 'administrator' AND user_id <> '${adminId}'`);
		const { person, id } = await somebody("second");
		const roles = (who: string) => `${users}/${who}/roles`;
		const nobody = { json: { platform_roles: [] } };
		expect((await admin.client.call("PUT", roles(adminId), nobody)).body.code).toBe(
			"last_administrator",
		);
		expect((await act(adminId, "deactivate")).body.code).toBe("last_administrator");
		await admin.client.want("PUT", roles(id), { json: { platform_roles: ["administrator"] } });
		const [a, b] = await Promise.all([
			admin.client.call("PUT", roles(id), nobody),
			person.client.call("PUT", roles(adminId), nobody),
		]);
		const left = sql(
			"SELECT count(*) FROM platform_role p JOIN app_user u ON u.id = p.user_id WHERE p.role = 'administrator' AND u.status = 'active'",
		);
		expect(left.trim()).toBe("1");
		expect([a.status, b.status].filter((status) => status === 200)).toHaveLength(1);
		sql(
			`INSERT INTO platform_role (user_id, role) VALUES ('${adminId}', 'administrator') ON CONFLICT DO NOTHING`,
		);
	});
});

describe("settings", () => {
	const patch = (json: unknown) => admin.client.call("PATCH", "/api/v1/admin/settings", { json });

	test("have bounds, and leave what is not named alone", async () => {
		const before = (await admin.client.get("/api/v1/admin/settings")).settings;
		for (const json of [
			{ reset_seconds: 1 },
			{ reset_seconds: 86401 },
			{ reset_seconds: "3600" },
			{ registration_open: 1 },
			{ mfa_roles: ["king"] },
			{ "site.origin": "https://evil.example" },
		])
			expect((await patch(json)).status).toBe(422);
		const changed = await patch({ reset_seconds: 900 });
		expect(changed.body.settings).toEqual({ ...before, reset_seconds: 900 });
		await patch({ reset_seconds: before.reset_seconds });
	});

	test("leave who changed what from what in the audit trail", async () => {
		await patch({ reset_seconds: 1200 });
		await patch({ reset_seconds: 3600 });
		const rows = sql(`SELECT details FROM (SELECT ts, actor_id, action, details FROM audit_outbox
			UNION ALL SELECT ts, actor_id, action, details FROM audit_log) a
			WHERE action = 'setting.change' AND actor_id = '${adminId}' ORDER BY ts DESC LIMIT 1`);
		expect(JSON.parse(rows)).toEqual({
			setting: "reset_seconds",
			before: { reset_seconds: 1200 },
			after: { reset_seconds: 3600 },
		});
	});

	test("of the file are shown without secrets", async () => {
		const { file } = await admin.client.get("/api/v1/admin/settings");
		const of = (key: string) => file.find((f: { key: string }) => f.key === key);
		expect(of("site.origin").value).toBe(instance.url);
		expect(of("db.conninfo").value).toBeNull();
	});
});

const routes: [Method, string, unknown?][] = [
	["GET", users],
	["POST", users, { email: "a@b.test", display_name: "A", platform_roles: ["administrator"] }],
	["GET", `${users}/ID`],
	["POST", `${users}/ID/invite`],
	["POST", `${users}/ID/deactivate`],
	["POST", `${users}/ID/activate`],
	["POST", `${users}/ID/unlock`],
	["POST", `${users}/ID/sign-out`],
	["POST", `${users}/ID/reset-mfa`],
	["PUT", `${users}/ID/roles`, { platform_roles: ["administrator"] }],
	["GET", "/api/v1/admin/settings"],
	["PATCH", "/api/v1/admin/settings", { registration_open: true }],
];

describe("nobody else", () => {
	let plain: { person: Person; id: string };
	const robot = new Client(instance.url);

	beforeAll(async () => {
		plain = await somebody("plain");
		const key = await admin.client.post("/api/v1/auth/api-keys", {
			name: "k",
			expires_in_days: 1,
		});
		robot.bearer = key.secret;
	});

	test.each(routes)("%s %s", async (method, path, json) => {
		const { person, id } = plain;
		const answer = await person.client.call(method, path.replace("ID", id), { json });
		expect([answer.status, answer.body.code]).toEqual([403, "forbidden"]);
	});

	test.each(routes)("%s %s with an administrator's API key", async (method, path, json) => {
		const answer = await robot.call(method, path.replace("ID", adminId), { json });
		expect([answer.status, answer.body.code]).toEqual([403, "forbidden"]);
	});
});
