// The key that signs access tokens is exchanged while people work: nobody notices.
import { expect, test } from "vitest";
import type { Client } from "../lib/client.ts";
import { sql } from "../lib/command.ts";
import { dev, until } from "../lib/instance.ts";
import { newPerson } from "../lib/story.ts";

const states = () =>
	sql("SELECT state FROM signing_key WHERE state <> 'gone' ORDER BY state").trim().split("\n");
const kid = (client: Client) =>
	JSON.parse(
		Buffer.from(
			(client.cookies.get("__Host-at") ?? "").split(".")[0] ?? "",
			"base64url",
		).toString(),
	).kid;

/** The auth pool looks after the keys when it starts, and every minute. */
const looksAfter = (state: string) => {
	dev("restart", "api-auth");
	return until(
		"keys",
		async () => states(),
		(all) => all.includes(state),
		15,
	);
};

test("a new signing key, published before it is used: no request is refused", async () => {
	const people = await Promise.all(Array.from({ length: 4 }, () => newPerson("rotation")));
	const [first] = people as [(typeof people)[number]];
	const before = kid(first.client);
	const refused: string[] = [];
	let asked = 0;
	let working = true;
	const work = people.map(async ({ client }, i) => {
		while (working) {
			const answer =
				i % 2 === 0
					? await client.call("GET", asked % 3 === 0 ? "/api/v1/me" : "/api/v1/projects")
					: await client.call("POST", "/api/v1/auth/refresh");
			asked++;
			if (answer.status !== 200) refused.push(`${answer.status} ${answer.body?.code}`);
		}
	});
	sql("UPDATE signing_key SET changed_at = now() - interval '31 d' WHERE state = 'active'");
	await looksAfter("next");
	sql("UPDATE signing_key SET created_at = now() - interval '121 s' WHERE state = 'next'");
	await looksAfter("retiring");
	const fresh = await newPerson("fresh");
	expect(kid(fresh.client)).not.toBe(before);
	expect((await fresh.client.call("GET", "/api/v1/projects")).status).toBe(200);
	expect(kid(first.client)).toBe(before);
	expect((await first.client.call("GET", "/api/v1/projects")).status).toBe(200);
	working = false;
	await Promise.all(work);
	expect(refused).toEqual([]);
	expect(asked).toBeGreaterThan(people.length);
	expect(states()).toEqual(["active", "retiring"]);
});
