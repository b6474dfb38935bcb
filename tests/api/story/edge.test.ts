// What nginx answers for: TLS, security headers on every answer, caching, its own refusals.
import { connect } from "node:tls";
import { describe, expect, test } from "vitest";
import { Client } from "../lib/client.ts";
import { instance } from "../lib/instance.ts";

const anonymous = new Client(instance.url);

const required: [string, RegExp][] = [
	["strict-transport-security", /max-age=\d{8}/],
	["x-content-type-options", /^nosniff$/],
	["x-frame-options", /^DENY$/],
	["referrer-policy", /^(same-origin|no-referrer)$/],
	["permissions-policy", /camera=\(\)/],
	["cross-origin-opener-policy", /^same-origin$/],
	["cross-origin-resource-policy", /^same-origin$/],
	[
		"content-security-policy",
		/^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'/,
	],
];

describe("every answer carries the security headers once", () => {
	test.each([
		["the page", "GET", "/", 200],
		["a deep link", "GET", "/p/x/files", 200],
		["an asset that is not there", "GET", "/assets/none.js", 404],
		["an answer of a pool", "GET", "/api/v1/health", 200],
		["a refusal of a pool", "GET", "/api/v1/me", 401],
		["an unknown path of the API", "GET", "/api/v1/none", 404],
		["an internal path", "GET", "/api/v1/internal/authorize", 404],
		["a method nobody takes", "DELETE", "/api/v1/health", 405],
	] as const)("%s", async (_label, method, path, status) => {
		const answer = await anonymous.call(method, path);
		expect(answer.status).toBe(status);
		for (const [name, pattern] of required) expect(answer.headers.get(name), name).toMatch(pattern);
	});

	test("a refusal of nginx itself", async () => {
		const answer = await anonymous.call("POST", "/api/v1/auth/sign-in", {
			body: "x".repeat(200_000),
			headers: { "content-type": "application/json" },
		});
		expect(answer.status).toBe(413);
		for (const [name, pattern] of required) expect(answer.headers.get(name), name).toMatch(pattern);
		expect(answer.body.code).toBe("too_large");
		expect(answer.headers.get("x-request-id")).toBe(answer.body.request_id);
	});
});

describe("problem documents", () => {
	test.each([
		["/api/v1/none", 404, "not_found"],
		["/api/v1/me", 401, "unauthenticated"],
		["/api/v1/internal/authorize", 404, "not_found"],
		[
			"/api/v1/projects/00000000-0000-7000-8000-000000000000/uploads/x/content",
			401,
			"unauthenticated",
		],
	])("%s", async (path, status, code) => {
		const answer = await anonymous.call(path.endsWith("content") ? "PUT" : "GET", path, {
			...(path.endsWith("content") ? { body: "x" } : {}),
		});
		expect([answer.status, answer.body.code]).toEqual([status, code]);
		expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
		expect(answer.body.request_id.length).toBeGreaterThan(8);
		expect(answer.body.status).toBe(status);
		expect(answer.headers.get("cache-control")).toBe("no-store");
	});
});

describe("transport", () => {
	test("plain HTTP is sent to HTTPS", async () => {
		const answer = await fetch(`${instance.http}/p/x?a=1`, { redirect: "manual" });
		expect(answer.status).toBe(308);
		expect(answer.headers.get("location")).toBe(`${instance.url}/p/x?a=1`);
	});

	test.each([
		["TLSv1.2", false],
		["TLSv1.3", true],
	] as const)("%s", async (version, accepted) => {
		const url = new URL(instance.url);
		const spoken = await new Promise<boolean>((resolve) => {
			const socket = connect(
				{
					host: url.hostname,
					port: Number(url.port),
					minVersion: version,
					maxVersion: version,
				},
				() => {
					resolve(true);
					socket.destroy();
				},
			);
			socket.on("error", () => resolve(false));
		});
		expect(spoken).toBe(accepted);
	});

	test("HTTP/2 is offered", async () => {
		const url = new URL(instance.url);
		const protocol = await new Promise((resolve, reject) => {
			const socket = connect(
				{ host: url.hostname, port: Number(url.port), ALPNProtocols: ["h2", "http/1.1"] },
				() => {
					resolve(socket.alpnProtocol);
					socket.destroy();
				},
			);
			socket.on("error", reject);
		});
		expect(protocol).toBe("h2");
	});
});

describe("files of the front end", () => {
	const find = async () => {
		const page = await anonymous.call("GET", "/");
		return /\/assets\/[\w.-]+\.js/.exec(page.body)?.[0] ?? "";
	};

	test("hashed names are kept for ever, the page is asked for again", async () => {
		const asset = await anonymous.call("GET", await find());
		expect(asset.status).toBe(200);
		expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
		expect((await anonymous.call("GET", "/")).headers.get("cache-control")).toBe("no-cache");
	});

	test.each(["gzip", "br"])("precompressed: %s", async (encoding) => {
		const answer = await anonymous.call("GET", await find(), {
			headers: { "accept-encoding": encoding },
		});
		expect(answer.headers.get("content-encoding")).toBe(encoding);
	});

	test("metrics are on the loopback listener only", async () => {
		expect((await anonymous.call("GET", "/metrics")).headers.get("content-type")).toMatch(/html/);
		const metrics = await fetch(instance.metrics);
		expect(metrics.status).toBe(200);
		expect(await metrics.text()).toMatch(/^# TYPE /m);
	});
});
