// Accounts by e-mail: invited, registered, a forgotten password, a changed one; and what a letter and
// the queue give away.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, Client } from "../lib/client.ts";
import { sql } from "../lib/command.ts";
import { instance, until } from "../lib/instance.ts";
import { lettersTo, letterTo } from "../lib/mail.ts";
import { newPerson, type Person, redeemed, uniqueName } from "../lib/story.ts";
import { newAddress } from "../lib/totp.ts";

let admin: Person;
const password = () => randomBytes(18).toString("base64url");
const anonymous = () => new Client(instance.url);
const forget = (email: string) =>
	anonymous().call("POST", "/api/v1/auth/forgot-password", { json: { email } });
const redeem = (code: string, secret = password()) =>
	anonymous().call("POST", "/api/v1/auth/redeem", { json: { code, password: secret } });
const signIn = (email: string, secret: string) =>
	anonymous().call("POST", "/api/v1/auth/sign-in", { json: { email, password: secret } });
const settings = (json: unknown) => admin.client.want("PATCH", "/api/v1/admin/settings", { json });
const plain = (answer: Answer) => ({ status: answer.status, body: answer.body });

beforeAll(async () => {
	admin = await redeemed(newAddress("admin"), "Admin", "--administrator");
});

describe("an invitation", () => {
	test("arrives by SMTP, works once, and opens the account", async () => {
		const email = newAddress("invited");
		const made = await admin.client.post("/api/v1/admin/users", {
			email,
			display_name: "Ida Invited",
		});
		expect(made).toMatchObject({ email, status: "invited", platform_roles: [] });
		const letter = await letterTo(email);
		expect(letter.subject).toBe("You are invited");
		expect(letter.raw).toContain("X-Mail-From: recon@localhost.test\r\n");
		expect(letter.text).not.toContain("Ida");
		const answer = await redeem(letter.code);
		expect(answer.status).toBe(200);
		expect(answer.body.user).toMatchObject({ email, display_name: "Ida Invited" });
		expect((await redeem(letter.code)).body.code).toBe("code_spent");
		const seen = await admin.client.get(`/api/v1/admin/users/${made.id}`);
		expect(seen.status).toBe("active");
		const again = `/api/v1/admin/users/${made.id}/invite`;
		expect((await admin.client.call("POST", again)).body.code).toBe("conflict");
	});

	test("sent again replaces the first one", async () => {
		const email = newAddress("twice");
		const made = await admin.client.post("/api/v1/admin/users", { email, display_name: "T" });
		const first = await letterTo(email);
		expect((await admin.client.call("POST", `/api/v1/admin/users/${made.id}/invite`)).status).toBe(
			202,
		);
		const second = await letterTo(email, 2);
		expect((await redeem(first.code)).body.code).toBe("code_spent");
		expect((await redeem(second.code)).status).toBe(200);
	});

	test("for an address that has an account is refused", async () => {
		const answer = await admin.client.call("POST", "/api/v1/admin/users", {
			json: { email: admin.email.toUpperCase(), display_name: "Again" },
		});
		expect(answer.body.code).toBe("exists");
	});

	test("expires", async () => {
		const email = newAddress("late");
		const made = await admin.client.post("/api/v1/admin/users", { email, display_name: "L" });
		const { code } = await letterTo(email);
		sql(`UPDATE one_time_code SET expires_at = now() WHERE user_id = '${made.id}'`);
		expect((await redeem(code)).body.code).toBe("code_spent");
	});
});

describe("a forgotten password", () => {
	test("is chosen anew by a letter; the sessions and older links end", async () => {
		const person = await newPerson("forgetful");
		expect((await forget(person.email)).status).toBe(202);
		const first = await letterTo(person.email);
		await forget(person.email.toUpperCase());
		const second = await letterTo(person.email, 2);
		const secret = password();
		expect((await redeem(second.code, secret)).status).toBe(200);
		expect((await redeem(first.code)).body.code).toBe("code_spent");
		expect((await person.client.call("GET", "/api/v1/me")).body.code).toBe("session_ended");
		expect((await signIn(person.email, person.password)).body.code).toBe("bad_credentials");
		expect((await signIn(person.email, secret)).status).toBe(200);
	});

	test("gets the same answer for an address without an account, and no letter", async () => {
		const person = await newPerson("known");
		const unknown = newAddress("unknown");
		expect(plain(await forget(unknown))).toEqual(plain(await forget(person.email)));
		await letterTo(person.email);
		await until(
			"the letter to nobody",
			async () => sql("SELECT count(*) FROM mail WHERE user_id IS NULL AND state = 'waiting'"),
			(n) => n.trim() === "0",
		);
		expect(lettersTo(unknown)).toEqual([]);
	});

	test("sends at most five letters in an hour", async () => {
		const person = await newPerson("flooded");
		for (let i = 0; i < 7; i++) expect((await forget(person.email)).status).toBe(202);
		await letterTo(person.email, 5);
		await until(
			"the queue",
			async () => sql("SELECT count(*) FROM mail WHERE user_id IS NULL AND state = 'waiting'"),
			(n) => n.trim() === "0",
		);
		expect(lettersTo(person.email)).toHaveLength(5);
	});

	test("does not open a deactivated account", async () => {
		const person = await newPerson("gone");
		await forget(person.email);
		const { code } = await letterTo(person.email);
		sql(`UPDATE app_user SET status = 'disabled' WHERE id =
			(SELECT user_id FROM one_time_code ORDER BY created_at DESC LIMIT 1)`);
		expect((await redeem(code)).body.code).toBe("code_spent");
		expect((await forget(person.email)).status).toBe(202);
	});
});

describe("making an account oneself", () => {
	const register = (email: string) =>
		anonymous().call("POST", "/api/v1/auth/register", {
			json: { email, display_name: "Self Made" },
		});

	test("is refused unless an administrator allows it", async () => {
		await settings({ registration_open: false });
		expect((await register(newAddress("early"))).body.code).toBe("registration_closed");
	});

	test("verifies the address, and tells nobody which ones are known", async () => {
		await settings({ registration_open: true });
		const email = newAddress("self");
		const person = await newPerson("already");
		const fresh = await register(email);
		const known = await register(person.email);
		await settings({ registration_open: false });
		expect(plain(fresh)).toEqual({ status: 202, body: "" });
		expect(plain(known)).toEqual(plain(fresh));
		const letter = await letterTo(email);
		expect(letter.subject).toBe("Confirm your e-mail address");
		expect((await letterTo(person.email)).subject).toBe("You have an account already");
		const secret = password();
		expect((await signIn(email, secret)).body.code).toBe("bad_credentials");
		const answer = await redeem(letter.code, secret);
		expect(answer.body.user).toMatchObject({ display_name: "Self Made", platform_roles: [] });
		expect((await person.client.call("GET", "/api/v1/me")).status).toBe(200);
	});
});

describe("one's own account", () => {
	test("the password is changed by who knows it; the other sessions end", async () => {
		const person = await newPerson("changer");
		const other = anonymous();
		await other.post("/api/v1/auth/sign-in", { email: person.email, password: person.password });
		const secret = password();
		const change = (json: unknown) => person.client.call("POST", "/api/v1/auth/password", { json });
		expect((await change({ password: "surely not this", new_password: secret })).body.code).toBe(
			"bad_credentials",
		);
		expect((await change({ password: person.password, new_password: "short" })).body.code).toBe(
			"password_weak",
		);
		expect((await change({ password: person.password, new_password: secret })).status).toBe(204);
		expect((await other.call("GET", "/api/v1/me")).body.code).toBe("session_ended");
		expect((await person.client.call("GET", "/api/v1/me")).status).toBe(200);
		expect((await signIn(person.email, secret)).status).toBe(200);
		expect((await letterTo(person.email)).text).toContain("The password was changed.");
	});

	test("the name is changed, and nothing else with it", async () => {
		const person = await newPerson("renamed");
		const patch = (json: unknown) => person.client.call("PATCH", "/api/v1/auth/profile", { json });
		expect((await patch({ display_name: "Zoë 漢字" })).body.user.display_name).toBe("Zoë 漢字");
		for (const extra of [{ platform_roles: ["administrator"] }, { status: "active" }, { id: "x" }])
			expect((await patch({ display_name: "Z", ...extra })).status).toBe(422);
		expect((await person.client.get("/api/v1/me")).user).toMatchObject({
			display_name: "Zoë 漢字",
			platform_roles: [],
		});
	});

	test("all other sessions are ended at once", async () => {
		const person = await newPerson("everywhere");
		const others = [anonymous(), anonymous()];
		for (const client of others)
			await client.post("/api/v1/auth/sign-in", {
				email: person.email,
				password: person.password,
			});
		await person.client.want("DELETE", "/api/v1/auth/sessions");
		for (const client of others)
			expect((await client.call("GET", "/api/v1/me")).body.code).toBe("session_ended");
		expect(await person.client.list("/api/v1/auth/sessions")).toHaveLength(1);
	});
});

describe("letters", () => {
	test("that the server refuses for good fail; those for now are tried again", async () => {
		const [refused, busy] = [newAddress("refused"), newAddress("busy")];
		const name = uniqueName("R");
		for (const email of [refused, busy])
			await admin.client.post("/api/v1/admin/users", { email, display_name: name });
		const states = () =>
			sql(`SELECT m.state, m.tries > 0, m.error_code, m.sealed IS NULL FROM mail m
				JOIN app_user u ON u.id = m.user_id WHERE u.display_name = '${name}' ORDER BY m.id`)
				.trim()
				.split("\n");
		await until(
			"both tried",
			async () => states(),
			(rows) => rows.every((r) => r.includes("|t|")),
		);
		expect(
			await until(
				"the end",
				async () => states(),
				(r) => r[0]?.startsWith("failed") ?? false,
			),
		).toEqual(["failed|t|invalid|t", "waiting|t|unavailable|f"]);
		sql("DELETE FROM mail WHERE state = 'waiting'; DELETE FROM task WHERE kind = 'mail'");
	});

	test("that cannot be sent end for a reason, and so do their tasks", async () => {
		const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;
		// Out of time, not sealed for the courier, given up by three workers, and without a letter.
		sql(`DELETE FROM task WHERE kind = 'mail';
			INSERT INTO mail (id, kind, sealed, expires_at) VALUES
				('${id(1)}', 'notice', 'x', now()), ('${id(2)}', 'notice', 'x', now() + interval '1 h'),
				('${id(3)}', 'notice', 'x', now() + interval '1 h');
			INSERT INTO task (id, kind, subject, strikes) SELECT gen_random_uuid(), 'mail', s::uuid, n
				FROM (VALUES ('${id(1)}', 0), ('${id(2)}', 0), ('${id(3)}', 3), ('${id(4)}', 0)) v (s, n)`);
		const ended = await until(
			"their ends",
			async () =>
				sql(`SELECT t.state, m.state, m.error_code FROM task t LEFT JOIN mail m ON m.id = t.subject
					WHERE t.kind = 'mail' ORDER BY t.subject`)
					.trim()
					.split("\n"),
			(rows) => rows.every((row) => !row.startsWith("waiting") && !row.startsWith("running")),
		);
		expect(ended).toEqual([
			"failed|expired|timeout",
			"failed|failed|corrupt",
			"poisoned|failed|poisoned",
			"done||",
		]);
		sql("DELETE FROM mail WHERE kind = 'notice' AND user_id IS NULL");
	});

	test("leave no address and no code in the database or the log", async () => {
		const email = newAddress("marked");
		await admin.client.post("/api/v1/admin/users", { email, display_name: "Marked" });
		const { code } = await letterTo(email);
		const rows = sql(
			"SELECT mail::text FROM mail; SELECT task::text FROM task; SELECT audit_outbox::text FROM audit_outbox",
		);
		const logs = ["courier", "api-auth", "nginx"]
			.map((name) => readFileSync(`${instance.dirs.log}/${name}.log`, "utf8"))
			.join("");
		for (const text of [rows, logs]) {
			expect(text).not.toContain(email);
			expect(text).not.toContain(Buffer.from(email).toString("hex"));
			expect(text).not.toContain(code);
		}
	});
});
