// Forged and misplaced credentials. Whatever is wrong, the answer is one code, and nobody is let in.
import { createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { Client } from "../lib/client.ts";
import { instance } from "../lib/instance.ts";
import { newPerson, newProject, type Person } from "../lib/story.ts";

let person: Person;
let token: string;
let head: Record<string, unknown>;
let claims: Record<string, unknown>;

const b64 = (value: unknown) =>
	Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const parsed = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString());
const mine = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** A token signed with the attacker's own key. */
function signed(header: unknown, payload: unknown = claims): string {
	const input = `${b64(header)}.${b64(payload)}`;
	const signature = sign("sha256", Buffer.from(input), {
		key: mine.privateKey,
		dsaEncoding: "ieee-p1363",
	});
	return `${input}.${signature.toString("base64url")}`;
}

beforeAll(async () => {
	person = await newPerson("tokens");
	token = person.client.cookies.get("__Host-at") ?? "";
	[head, claims] = token.split(".").slice(0, 2).map(parsed) as [typeof head, typeof claims];
});

const parts = () => token.split(".") as [string, string, string];
const flipped = (text: string, at: number) =>
	text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

const forgeries: [string, () => string][] = [
	["no algorithm", () => `${b64({ ...head, alg: "none" })}.${b64(claims)}.`],
	[
		"no algorithm, real signature",
		() => `${b64({ ...head, alg: "none" })}.${parts()[1]}.${parts()[2]}`,
	],
	["another case of none", () => `${b64({ ...head, alg: "nOnE" })}.${b64(claims)}.`],
	["no signature", () => `${parts()[0]}.${parts()[1]}.`],
	["no signature part", () => `${parts()[0]}.${parts()[1]}`],
	["a fourth part", () => `${token}.${parts()[2]}`],
	["a flipped bit of the signature", () => flipped(token, token.length - 20)],
	["a flipped bit of the claims", () => flipped(token, parts()[0].length + 20)],
	[
		"another head over the same signature",
		() => `${b64({ ...head, a: 1 })}.${parts()[1]}.${parts()[2]}`,
	],
	["a key of one's own", () => signed(head)],
	["a key of one's own under a new id", () => signed({ ...head, kid: randomUUID() })],
	["no key id", () => signed({ ...head, kid: undefined })],
	["a key id that is a path", () => signed({ ...head, kid: "../../../dev/null" })],
	["a key id that is a query", () => signed({ ...head, kid: "x' OR '1'='1" })],
	["a key id that is a number", () => signed({ ...head, kid: 1 })],
	["a key in the head", () => signed({ ...head, jwk: mine.publicKey.export({ format: "jwk" }) })],
	["a key elsewhere", () => signed({ ...head, jku: "https://evil.example/keys" })],
	["a critical extension", () => signed({ ...head, crit: ["exp"] })],
	["another type", () => signed({ ...head, typ: "JWT" })],
	[
		"HS256",
		() => {
			const input = `${b64({ ...head, alg: "HS256" })}.${b64(claims)}`;
			return `${input}.${createHmac("sha256", "").update(input).digest("base64url")}`;
		},
	],
	[
		"a head with a key twice",
		() => signed(`{"alg":"none","alg":"ES256","kid":"${head.kid}","typ":"at+jwt"}`),
	],
	[
		"a signature of zeros",
		() => `${parts()[0]}.${parts()[1]}.${Buffer.alloc(64).toString("base64url")}`,
	],
	["a padded signature", () => `${token}==`],
	["5 kB", () => `${parts()[0]}.${b64({ ...claims, a: "x".repeat(3000) })}.${parts()[2]}`],
	["a space", () => `${parts()[0]} .${parts()[1]}.${parts()[2]}`],
	["dots", () => ".".repeat(100)],
	["an empty head", () => `.${parts()[1]}.${parts()[2]}`],
	["JSON that is deep", () => `${b64("[".repeat(1000))}.${parts()[1]}.${parts()[2]}`],
];

describe("access tokens", () => {
	test("the untouched one is taken", async () => {
		expect((await person.client.call("GET", "/api/v1/me")).status).toBe(200);
	});

	test.each(forgeries)("%s, as cookie and as bearer", async (_label, forge) => {
		const cookie = new Client(instance.url);
		cookie.cookies.set("__Host-at", forge());
		const bearer = new Client(instance.url);
		bearer.bearer = forge();
		for (const client of [cookie, bearer]) {
			const answer = await client.call("GET", "/api/v1/projects");
			expect([answer.status, answer.body.code]).toEqual([401, "token_invalid"]);
		}
	});

	test("a cookie given twice is refused", async () => {
		const answer = await new Client(instance.url).call("GET", "/api/v1/projects", {
			headers: { cookie: `__Host-at=${token}; __Host-at=x` },
		});
		expect([answer.status, answer.body.code]).toEqual([400, "bad_request"]);
	});

	test.each(["Basic YTpi", "Bearer", "Bearer ", "bearer\tx", "Digest x"])(
		"Authorization: %s is refused",
		async (authorization) => {
			const answer = await new Client(instance.url).call("GET", "/api/v1/projects", {
				headers: { authorization },
			});
			expect(answer.status).toBe(401);
		},
	);

	test("the access cookie does not refresh, and the refresh cookie does not sign in", async () => {
		const swapped = new Client(instance.url);
		swapped.cookies.set("__Host-rt", token);
		expect((await swapped.call("POST", "/api/v1/auth/refresh")).body.code).toBe("session_ended");
		const other = new Client(instance.url);
		other.cookies.set("__Host-at", person.client.cookies.get("__Host-rt") ?? "");
		expect((await other.call("GET", "/api/v1/me")).body.code).toBe("token_invalid");
	});
});

describe("requests from elsewhere, with the person's cookies", () => {
	const send = (headers: Record<string, string | undefined>) => {
		const client = person.client;
		const all = { ...client.headers("POST", true), ...headers };
		const given = Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined));
		return fetch(`${instance.url}/api/v1/projects`, {
			method: "POST",
			headers: given as Record<string, string>,
			body: JSON.stringify({ name: "tricked", time_zone: "UTC", base_currency: "EUR" }),
		});
	};

	test.each<[string, Record<string, string | undefined>]>([
		["no token", { "x-csrf-token": undefined }],
		["an empty token", { "x-csrf-token": "" }],
		[
			"a token that was planted as a cookie too",
			{
				"x-csrf-token": "planted",
				cookie: "planted",
			},
		],
		["no word on where it comes from", { origin: undefined, "sec-fetch-site": undefined }],
		["another origin", { origin: "https://evil.example" }],
		["the null origin", { origin: "null" }],
		["an origin that begins like ours", { origin: `${instance.url}.evil.example` }],
		["our host without TLS", { origin: instance.url.replace("https:", "http:") }],
		["another port of our host", { origin: instance.url.replace(/\d+$/, "1") }],
		["a sibling site", { "sec-fetch-site": "same-site" }],
		["another site", { "sec-fetch-site": "cross-site" }],
		["the address bar", { "sec-fetch-site": "none" }],
	])("%s", async (_label, headers) => {
		if (headers.cookie)
			headers.cookie = `__Host-at=${person.client.cookies.get("__Host-at")}; __Host-csrf=planted`;
		const answer = await send(headers);
		expect([answer.status, (await answer.json()).code]).toEqual([403, "csrf"]);
	});

	test("a form's content type", async () => {
		const answer = await send({ "content-type": "text/plain" });
		expect([answer.status, (await answer.json()).code]).toEqual([415, "media_type"]);
	});

	test("another person's token", async () => {
		const other = await newPerson("other");
		const theirs = other.client.cookies.get("__Host-csrf") ?? "";
		const cookie = `__Host-at=${person.client.cookies.get("__Host-at")}; __Host-csrf=${theirs}`;
		const answer = await send({ "x-csrf-token": theirs, cookie });
		expect([answer.status, (await answer.json()).code]).toEqual([403, "csrf"]);
	});

	test("nothing of all this happened", async () => {
		await newProject(person.client, "mine");
		const names = (await person.client.list("/api/v1/projects")).map((p) => p.name);
		expect(names).toEqual(["mine"]);
	});
});
