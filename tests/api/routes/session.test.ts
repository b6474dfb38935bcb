// Signing in and out, refreshing, revoking: what security.md promises, from a client's side.
import { describe, expect, test } from "vitest";
import { Client } from "../lib/client.ts";
import { dev, instance } from "../lib/instance.ts";
import { newPerson, type Person } from "../lib/story.ts";

/** Another browser with the same cookies. */
function copyOf(client: Client): Client {
	const copy = new Client(client.origin);
	for (const [name, value] of client.cookies) copy.cookies.set(name, value);
	return copy;
}

async function signIn(person: Person): Promise<Client> {
	const client = new Client(instance.url);
	await client.post("/api/v1/auth/sign-in", { email: person.email, password: person.password });
	return client;
}

const me = (client: Client) => client.call("GET", "/api/v1/me");
const refresh = (client: Client) => client.call("POST", "/api/v1/auth/refresh");

describe("signing in", () => {
	test("sets three cookies, two of them out of scripts' reach", async () => {
		const person = await newPerson();
		const response = await fetch(`${instance.url}/api/v1/auth/sign-in`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ email: person.email, password: person.password }),
		});
		expect(response.status).toBe(200);
		const cookies = response.headers.getSetCookie();
		expect(cookies.map((line) => line.split("=")[0])).toEqual([
			"__Host-at",
			"__Host-rt",
			"__Host-csrf",
		]);
		for (const line of cookies) {
			expect(line).toContain("; Path=/; Secure; SameSite=Strict; Max-Age=");
			expect(line.includes("HttpOnly")).toBe(!line.startsWith("__Host-csrf"));
			expect(line).not.toContain("Domain");
		}
	});

	test("does not tell an unknown address from a wrong password", async () => {
		const person = await newPerson();
		const client = new Client(instance.url);
		const wrong = await client.call("POST", "/api/v1/auth/sign-in", {
			json: { email: person.email, password: "surely not the password" },
		});
		const unknown = await client.call("POST", "/api/v1/auth/sign-in", {
			json: { email: `x${person.email}`, password: "surely not the password" },
		});
		expect(wrong.status).toBe(401);
		expect({ ...unknown.body, request_id: "" }).toEqual({ ...wrong.body, request_id: "" });
	});

	test("takes the address in any case", async () => {
		const person = await newPerson();
		expect((await me(await signIn({ ...person, email: person.email.toUpperCase() }))).status).toBe(
			200,
		);
	});

	test.each(["known", "unknown"])("backs off for an %s address", async (kind) => {
		const person = await newPerson();
		const email = kind === "known" ? person.email : `nobody-${person.email}`;
		const client = new Client(instance.url);
		const codes: string[] = [];
		// The first locks are short: they may be over when the client had to wait for its address's rate.
		for (let i = 0; i < 12 && codes.at(-1) !== "locked_out"; i++) {
			const answer = await client.call("POST", "/api/v1/auth/sign-in", {
				json: { email, password: "surely not the password" },
			});
			codes.push(answer.body.code);
			if (answer.status === 429)
				expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
		}
		expect(codes.slice(0, 5)).toEqual(Array(5).fill("bad_credentials"));
		expect(codes.at(-1)).toBe("locked_out");
	});
});

describe("one-time codes", () => {
	test("work once", async () => {
		const link = dev("sign-in", `once-${Date.now()}@example.test`).trim().split("\n").at(-1);
		const code = new URL(link ?? "").hash.replace(/^#code=/, "");
		const redeem = (password: string) =>
			new Client(instance.url).call("POST", "/api/v1/auth/redeem", { json: { code, password } });
		expect((await redeem("password1234")).body.code).toBe("password_weak");
		expect((await redeem("the invoice was paid twice")).status).toBe(200);
		expect((await redeem("the invoice was paid twice")).body.code).toBe("code_spent");
	});

	test("that nobody made are refused", async () => {
		for (const code of ["x", "A".repeat(43), "!".repeat(43)]) {
			const answer = await new Client(instance.url).call("POST", "/api/v1/auth/redeem", {
				json: { code, password: "the invoice was paid twice" },
			});
			expect(answer.body.code).toBe("code_spent");
		}
	});

	test("end the sessions that were there before", async () => {
		const person = await newPerson();
		expect((await me(person.client)).status).toBe(200);
		const link = dev("sign-in", person.email).trim().split("\n").at(-1);
		const code = new URL(link ?? "").hash.replace(/^#code=/, "");
		await new Client(instance.url).post("/api/v1/auth/redeem", {
			code,
			password: "the invoice was paid thrice",
		});
		expect((await me(person.client)).body.code).toBe("session_ended");
	});
});

describe("refreshing", () => {
	test("rotates the token and keeps the session", async () => {
		const { client } = await newPerson();
		const before = await client.get("/api/v1/me");
		const spent = client.cookies.get("__Host-rt");
		expect((await refresh(client)).status).toBe(200);
		expect(client.cookies.get("__Host-rt")).not.toBe(spent);
		const after = await client.get("/api/v1/me");
		expect(after.session.id).toBe(before.session.id);
		expect(after.csrf_token).toBe(before.csrf_token);
	});

	test("two tabs get the same successor", async () => {
		const { client } = await newPerson();
		const second = copyOf(client);
		expect((await refresh(client)).status).toBe(200);
		expect((await refresh(second)).status).toBe(200);
		expect(second.cookies.get("__Host-rt")).toBe(client.cookies.get("__Host-rt"));
	});

	test("a hundred tabs at once: nobody is signed out", async () => {
		const { client } = await newPerson();
		const tabs = Array.from({ length: 100 }, () => copyOf(client));
		const answers = await Promise.all(tabs.map(refresh));
		expect(answers.map((a) => a.status)).toEqual(Array(100).fill(200));
		expect(new Set(tabs.map((tab) => tab.cookies.get("__Host-rt"))).size).toBe(1);
		expect((await me(tabs[0] as Client)).status).toBe(200);
	});

	test("a token that was spent before ends the family", async () => {
		const { client } = await newPerson();
		const thief = copyOf(client);
		await refresh(client);
		await refresh(client);
		expect((await refresh(thief)).body.code).toBe("session_ended");
		expect((await me(client)).body.code).toBe("session_ended");
		expect((await refresh(client)).body.code).toBe("session_ended");
	});

	test("without a token, or with a made-up one, is refused", async () => {
		const client = new Client(instance.url);
		expect((await refresh(client)).body.code).toBe("unauthenticated");
		client.cookies.set("__Host-rt", "A".repeat(43));
		expect((await refresh(client)).body.code).toBe("session_ended");
	});
});

describe("ending sessions", () => {
	test("signing out ends it at once, for every copy of its cookies", async () => {
		const { client } = await newPerson();
		const copy = copyOf(client);
		expect((await me(copy)).status).toBe(200);
		expect((await client.call("POST", "/api/v1/auth/sign-out")).status).toBe(204);
		expect(client.cookies.size).toBe(0);
		expect((await me(copy)).body.code).toBe("session_ended");
		expect((await copy.call("GET", "/api/v1/projects")).body.code).toBe("session_ended");
		expect((await refresh(copy)).body.code).toBe("session_ended");
	});

	test("signing out without a session is harmless", async () => {
		const answer = await new Client(instance.url).call("POST", "/api/v1/auth/sign-out");
		expect(answer.status).toBe(204);
	});

	test("one's own sessions are listed and can be ended one by one", async () => {
		const person = await newPerson();
		const other = await signIn(person);
		const list = await person.client.list("/api/v1/auth/sessions?limit=1");
		expect(list).toHaveLength(2);
		expect(list.filter((s) => s.current)).toHaveLength(1);
		const theirs = list.find((s) => !s.current);
		await person.client.want("DELETE", `/api/v1/auth/sessions/${theirs.id}`);
		expect((await me(other)).body.code).toBe("session_ended");
		expect((await me(person.client)).status).toBe(200);
	});

	test("others' sessions cannot be ended", async () => {
		const [a, b] = [await newPerson(), await newPerson()];
		const [session] = await b.client.list("/api/v1/auth/sessions");
		const answer = await a.client.call("DELETE", `/api/v1/auth/sessions/${session.id}`);
		expect(answer.status).toBe(404);
		expect((await me(b.client)).status).toBe(200);
	});
});

describe("API keys", () => {
	test("are shown once, work as bearer, and end when revoked", async () => {
		const { client } = await newPerson();
		const made = await client.post("/api/v1/auth/api-keys", { name: "ci", expires_in_days: 30 });
		expect(made.secret).toMatch(/^rk_live_[0-9a-z]{85}$/);
		const robot = new Client(instance.url);
		robot.bearer = made.secret;
		expect((await me(robot)).body.session).toBeNull();
		const [listed] = await client.list("/api/v1/auth/api-keys");
		expect(JSON.stringify(listed)).not.toContain(made.secret.slice(40));
		await client.want("DELETE", `/api/v1/auth/api-keys/${made.api_key.id}`);
		expect((await me(robot)).body.code).toBe("unauthenticated");
	});

	test("cannot make other keys, nor sign anybody out", async () => {
		const { client } = await newPerson();
		const made = await client.post("/api/v1/auth/api-keys", { name: "ci", expires_in_days: 1 });
		const robot = new Client(instance.url);
		robot.bearer = made.secret;
		const key = await robot.call("POST", "/api/v1/auth/api-keys", {
			json: { name: "more", expires_in_days: 1 },
		});
		expect(key.body.code).toBe("forbidden");
		expect((await robot.call("GET", "/api/v1/auth/sessions")).body.code).toBe("forbidden");
	});
});

describe("the confirmation of the password", () => {
	test("wants the right one", async () => {
		const person = await newPerson();
		const step = (password: string) =>
			person.client.call("POST", "/api/v1/auth/step-up", { json: { password } });
		expect((await step("surely not the password")).body.code).toBe("bad_credentials");
		expect((await step(person.password)).status).toBe(204);
		expect((await me(person.client)).status).toBe(200);
	});
});
