// Requests that no honest client sends: whatever they are, the answer is a problem document with a
// request id and the security headers once, and no path reaches a pool that it does not belong to.
import { describe, expect, test } from "vitest";
import { Client } from "../lib/client.ts";
import { instance } from "../lib/instance.ts";
import { parseAnswer, type RawAnswer, sendRaw } from "../lib/raw.ts";

const common = "Host: 127.0.0.1\r\nConnection: close\r\n";
const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\n${common}${headers}\r\n`;
const post = (headers: string, body = "") =>
	`POST /api/v1/auth/sign-in HTTP/1.1\r\n${common}${headers}\r\n${body}`;

const once = [
	"strict-transport-security",
	"content-security-policy",
	"x-content-type-options",
	"x-frame-options",
	"referrer-policy",
	"permissions-policy",
	"cross-origin-opener-policy",
	"cross-origin-resource-policy",
];

const valuesOf = (answer: RawAnswer, name: string) =>
	answer.headers.filter(([n]) => n === name).map(([, value]) => value);

function isProblem(answer: RawAnswer, status: number, code: string) {
	const problem = answer.body === "" ? {} : JSON.parse(answer.body);
	expect([answer.status, problem.status, problem.code]).toEqual([status, status, code]);
	expect(valuesOf(answer, "content-type")).toEqual(["application/problem+json"]);
	expect(valuesOf(answer, "x-request-id")).toEqual([problem.request_id]);
	expect(problem.request_id).toMatch(/^[0-9a-f]{32}$/);
	for (const name of once) expect(valuesOf(answer, name), name).toHaveLength(1);
}

describe("broken requests", () => {
	test.each([
		["no request line", "GARBAGE\r\n\r\n", 400, "bad_request"],
		["a method of symbols", `G@T /api/v1/me HTTP/1.1\r\n${common}\r\n`, 400, "bad_request"],
		["no host", "GET /api/v1/me HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "bad_request"],
		["a later HTTP", `GET /api/v1/me HTTP/3.0\r\n${common}\r\n`, 505, "bad_request"],
		["TRACE", `TRACE /api/v1/me HTTP/1.1\r\n${common}\r\n`, 405, "method_not_allowed"],
		["CONNECT", `CONNECT /api/v1/me HTTP/1.1\r\n${common}\r\n`, 405, "method_not_allowed"],
		["OPTIONS", `OPTIONS /api/v1/me HTTP/1.1\r\n${common}\r\n`, 405, "method_not_allowed"],
		["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${common}\r\n`, 400, "bad_request"],
		["NUL in the path", get("/api/v1/m\0e"), 400, "bad_request"],
		["an escaped NUL in the path", get("/api/v1/me%00"), 400, "bad_request"],
		["a path out of the root", get("/api/../../etc/passwd"), 400, "bad_request"],
		["NUL in a header", get("/api/v1/me", "X-A: a\0b\r\n"), 400, "bad_request"],
		["a header without a name", get("/api/v1/me", ": a\r\n"), 400, "bad_request"],
		["a path of 9 kB", get(`/api/v1/${"a".repeat(9000)}`), 414, "bad_request"],
		["a path of 5 kB", get(`/api/v1/${"a".repeat(5000)}`), 404, "not_found"],
		["a header of 9 kB", get("/api/v1/me", `X-A: ${"a".repeat(9000)}\r\n`), 400, "bad_request"],
		[
			"headers of 42 kB",
			get("/api/v1/me", `X-A: ${"a".repeat(7000)}\r\n`.repeat(6)),
			400,
			"bad_request",
		],
		["two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}}"), 400, "bad_request"],
		[
			"a length and chunks",
			post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
			400,
			"bad_request",
		],
		[
			"a coding in a coding",
			post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
			501,
			"unsupported",
		],
		["a negative length", post("Content-Length: -1\r\n"), 400, "bad_request"],
		["a length beyond numbers", post(`Content-Length: ${"9".repeat(30)}\r\n`), 400, "bad_request"],
		[
			"two Authorization headers",
			get("/api/v1/me", "Authorization: Bearer a\r\n".repeat(2)),
			400,
			"bad_request",
		],
		["a query parameter twice", get("/api/v1/ready?a=1&a=2"), 400, "bad_request"],
		["a query with a broken escape", get("/api/v1/ready?a=%zz"), 400, "bad_request"],
		["a query with NUL", get("/api/v1/ready?a=%00"), 400, "bad_request"],
		[
			"a condition on the page",
			get("/", "If-Unmodified-Since: Mon, 01 Jan 1990 00:00:00 GMT\r\n"),
			412,
			"precondition",
		],
		[
			"a form for the page",
			`POST / HTTP/1.1\r\n${common}Content-Length: 0\r\n\r\n`,
			405,
			"method_not_allowed",
		],
	])("%s", async (_label, bytes, status, code) => {
		isProblem(parseAnswer(await sendRaw(bytes)), status, code);
	});

	test("a range is not answered with headers twice", async () => {
		const answer = parseAnswer(await sendRaw(get("/index.html", "Range: bytes=9999999-\r\n")));
		expect(answer.status).toBe(200);
		for (const name of once) expect(valuesOf(answer, name), name).toHaveLength(1);
	});
});

describe("a path is spelled in one way", () => {
	test.each([
		"/api%2fv1/health",
		"/api/v1%2fhealth",
		"/api/v1/x/../health",
		"/api/v1/./health",
		"//api/v1/health",
		"/api/v1//health",
		"/api/v1/health/",
		"/api/V1/health",
		"/api/v1/health#x",
		"/api/v1/health;x",
		"/api/v1/health%0a",
		"/api/v1/%68ealth",
		"/api/v1/\xc3\xa9",
		"/api",
		"/api/",
		"/api/v1/auth",
		"/api/v1/auth/",
		"/api/v1/auth/../me",
		"/api/v1/auth/%2e%2e/me",
		"/api/v1//internal/authorize",
		"/api/v1/internal/authorize",
		"/x/%2e%2e/api/v1/internal/authorize",
		"/.internal/authorize",
		"/.internal/problem",
	])("%s", async (path) => {
		isProblem(parseAnswer(await sendRaw(get(path))), 404, "not_found");
	});

	test.each(["/metrics", "/API/v1/me", "/.git/config", "/api/../metrics"])(
		"%s is the page and nothing else",
		async (path) => {
			const answer = parseAnswer(await sendRaw(get(path)));
			expect(answer.status).toBe(200);
			expect(answer.body).toMatch(/<!doctype html>/);
		},
	);
});

describe("headers that nginx and FastCGI might mix up", () => {
	test("a request id is never the client's", async () => {
		const mine = "0123456789abcdef0123456789abcdef";
		const headers = ["X-Request-Id", "Request-Id", "X_Request_Id", "REQUEST_ID"]
			.map((name) => `${name}: ${mine}\r\n`)
			.join("");
		const answer = parseAnswer(await sendRaw(get("/api/v1/me", headers)));
		isProblem(answer, 401, "unauthenticated");
		expect(JSON.stringify(answer)).not.toContain(mine);
	});

	test("underscores do not name another header", async () => {
		const client = new Client(instance.url);
		const answer = await client.call("GET", "/api/v1/me", {
			headers: { http_authorization: "Bearer x", x_original_uri: "/api/v1/health" },
		});
		expect([answer.status, answer.body.code]).toEqual([401, "unauthenticated"]);
	});
});

test("requests on one connection are answered in order", async () => {
	const keep = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
	const text = await sendRaw(keep("/api/v1/health") + keep("/api/v1/me") + get("/api/v1/nothing"));
	expect([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)).toEqual([
		"200",
		"401",
		"404",
	]);
});
