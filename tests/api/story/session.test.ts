// Limits of a session that nobody sees from outside until they are reached: idle, absolute, the second
// tab's grace, and how long a confirmed password counts. The rows are aged, since nobody waits here.
import { describe, expect, test } from "vitest";
import { Client, type Method } from "../lib/client.ts";
import { sql } from "../lib/command.ts";
import { newPerson, type Person, redeemed } from "../lib/story.ts";
import { newAddress } from "../lib/totp.ts";

/** The session that a cookie's token names. */
const sessionOf = ({ client }: Person): string =>
	JSON.parse(
		Buffer.from(
			(client.cookies.get("__Host-at") ?? "").split(".")[1] ?? "",
			"base64url",
		).toString(),
	).sid;
const age = (person: Person, change: string) =>
	sql(`UPDATE session SET ${change} WHERE id = '${sessionOf(person)}'`);
const refresh = (client: Client) => client.call("POST", "/api/v1/auth/refresh");

function copyOf(client: Client): Client {
	const copy = new Client(client.origin);
	for (const [name, value] of client.cookies) copy.cookies.set(name, value);
	return copy;
}

describe("a session ends", () => {
	test.each(["idle_expires_at", "absolute_expires_at"])("when %s has passed", async (limit) => {
		const person = await newPerson("limits");
		age(person, `${limit} = now() - interval '1 s'`);
		for (const path of ["/api/v1/me", "/api/v1/projects"])
			expect((await person.client.call("GET", path)).body.code).toBe("session_ended");
		expect((await refresh(person.client)).body.code).toBe("session_ended");
		expect(person.client.cookies.size).toBe(0);
	});

	test("and is never prolonged beyond its absolute limit", async () => {
		const person = await newPerson("absolute");
		age(person, "absolute_expires_at = now() + interval '60 s'");
		const info = (await refresh(person.client)).body.session;
		expect(Date.parse(info.idle_expires_at)).toBeLessThanOrEqual(
			Date.parse(info.absolute_expires_at),
		);
	});
});

describe("a spent refresh token", () => {
	test("of the last generation has ten seconds, no more; the theft is on record", async () => {
		const person = await newPerson("grace");
		const late = copyOf(person.client);
		expect((await refresh(person.client)).status).toBe(200);
		const id = sessionOf(person);
		sql(`UPDATE refresh_token SET spent_at = now() - interval '11 s'
			WHERE session_id = '${id}' AND spent_at IS NOT NULL`);
		expect((await refresh(late)).body.code).toBe("session_ended");
		expect((await refresh(person.client)).body.code).toBe("session_ended");
		expect((await person.client.call("GET", "/api/v1/me")).status).toBe(401);
		const rows = sql(`SELECT outcome FROM (SELECT action, object_id, outcome FROM audit_outbox
			UNION ALL SELECT action, object_id, outcome FROM audit_log) a
			WHERE action = 'session.reuse' AND object_id = '${id}'`);
		expect(rows.trim()).toBe("refused");
		expect(sql(`SELECT revoked_reason FROM session WHERE id = '${id}'`).trim()).toBe("token_reuse");
	});
});

const sensitive: [Method, string, unknown?][] = [
	["POST", "/api/v1/auth/api-keys", { name: "k", expires_in_days: 1 }],
	["POST", "/api/v1/auth/mfa/totp"],
	["POST", "/api/v1/auth/mfa/totp/confirm", { code: "000000" }],
	["DELETE", "/api/v1/auth/mfa/totp"],
	["POST", "/api/v1/auth/mfa/recovery-codes"],
	["POST", "/api/v1/admin/users", { email: "a@b.test", display_name: "A" }],
	["POST", "/api/v1/admin/users/ID/invite"],
	["POST", "/api/v1/admin/users/ID/deactivate"],
	["POST", "/api/v1/admin/users/ID/activate"],
	["POST", "/api/v1/admin/users/ID/unlock"],
	["POST", "/api/v1/admin/users/ID/sign-out"],
	["POST", "/api/v1/admin/users/ID/reset-mfa"],
	["PUT", "/api/v1/admin/users/ID/roles", { platform_roles: [] }],
	["PATCH", "/api/v1/admin/settings", { registration_open: true }],
];

describe("five minutes after the password was given", () => {
	test("sensitive acts want it again, and are on record as refused", async () => {
		const person = await redeemed(newAddress("stale"), "Stale", "--administrator");
		age(person, "step_up_at = now() - interval '301 s'");
		const { user } = await person.client.get("/api/v1/me");
		for (const [method, path, json] of sensitive) {
			const answer = await person.client.call(method, path.replace("ID", user.id), { json });
			expect([path, answer.status, answer.body.code]).toEqual([path, 403, "step_up"]);
		}
		const refused = sql(`SELECT count(*) FROM (SELECT actor_id, outcome FROM audit_outbox
			UNION ALL SELECT actor_id, outcome FROM audit_log) a
			WHERE outcome = 'refused' AND actor_id = '${user.id}'`);
		expect(Number(refused)).toBe(sensitive.length);
		await person.client.post("/api/v1/auth/step-up", { password: person.password });
		const key = await person.client.call("POST", "/api/v1/auth/api-keys", {
			json: { name: "k", expires_in_days: 1 },
		});
		expect(key.status).toBe(201);
	});
});
