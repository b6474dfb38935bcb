// Each program killed (SIGKILL) in the middle of requests: it comes back, clients that try again with
// the same key get what they asked for exactly once, and what was answered is still there.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Body, type CallOptions, Client, type Method } from "../lib/client.ts";
import { type Filled, newFilled } from "../lib/filled.ts";
import { instance, pidOf, sleep, until } from "../lib/instance.ts";
import { announce, newPerson, type Person, scanned, sendPart } from "../lib/story.ts";

let person: Person;
let filled: Filled;

beforeAll(async () => {
	person = await newPerson("kill");
	filled = await newFilled(person.client, 30);
});

/** Tries until there is an answer that is not a failure of the server. */
async function stubborn(
	client: Client,
	method: Method,
	path: string,
	options: CallOptions,
): Promise<Answer> {
	for (let i = 0; i < 1200; i++) {
		try {
			const answer = await client.call(method, path, options);
			if (answer.status < 500) return answer;
			// Even then it is a problem document, unless nobody was there to write one.
			if (answer.body) expect(answer.body.request_id).toBeTruthy();
		} catch {
			// the connection died
		}
		await sleep(50);
	}
	throw new Error(`${method} ${path}: no answer`);
}

/** Kills the program again and again until work has ended. */
async function whileKilling<T>(program: string, work: () => Promise<T>, kills = 3): Promise<T> {
	let over = false;
	const killer = (async () => {
		for (let i = 0; i < kills && !over; i++) {
			await sleep(60 + Math.random() * 120);
			const pid = pidOf(program);
			if (!pid) continue;
			process.kill(pid, "SIGKILL");
			await until(
				program,
				async () => pidOf(program),
				(now) => now !== 0 && now !== pid,
				30,
			);
		}
	})();
	try {
		return await work();
	} finally {
		over = true;
		await killer;
	}
}

describe.each(["api-api", "redis", "postgres"])("%s killed", (program) => {
	test("what is made is made once", async () => {
		const { project } = filled;
		const names = Array.from({ length: 24 }, (_, i) => `${program} ${i}`);
		await whileKilling(program, async () => {
			for (const name of names) {
				const answer = await stubborn(project.client, "POST", `${project.path}/sources`, {
					json: { name, kind: "other", time_zone: "UTC" },
					headers: { "idempotency-key": randomUUID() },
				});
				expect([answer.status, answer.body.name ?? answer.body.code]).toEqual([201, name]);
				await sleep(15);
			}
		});
		const list = await stubborn(project.client, "GET", `${project.path}/sources?limit=1000`, {});
		for (const name of names)
			expect(list.body.items.filter((s: Body) => s.name === name)).toHaveLength(1);
	});
});

test("api-auth killed: refreshing goes on, nobody is signed out", async () => {
	const client = new Client(instance.url);
	await client.post("/api/v1/auth/sign-in", { email: person.email, password: person.password });
	await whileKilling("api-auth", async () => {
		for (let i = 0; i < 20; i++) {
			const answer = await stubborn(client, "POST", "/api/v1/auth/refresh", {});
			expect(answer.status).toBe(200);
			await sleep(15);
		}
	});
	expect((await client.call("GET", "/api/v1/me")).status).toBe(200);
});

test("api-data killed: a decision is taken once", async () => {
	const { project, ids } = filled;
	const review = `${project.path}/reconciliations/${ids.reconciliation}`;
	const start = (await project.client.get(review)).version;
	await whileKilling("api-data", async () => {
		for (let i = 0; i < 12; i++) {
			const answer = await stubborn(project.client, "POST", `${review}/decisions`, {
				json: { kind: "reject", match: { job: ids.job, no: i + 1 } },
				headers: { "if-match": `"${start + i}"`, "idempotency-key": randomUUID() },
			});
			expect([answer.status, answer.body.seq]).toEqual([201, start + i + 1]);
			await sleep(15);
		}
	});
	expect((await project.client.get(review)).version).toBe(start + 12);
});

describe.each(["api-upload", "scanner"])("%s killed", (program) => {
	test("what was answered is stored, and every file is scanned", async () => {
		const { project, ids } = filled;
		const bytes = Buffer.from(`date,amount\n${"2026-11-01,1.00\n".repeat(200)}`);
		const uploads: Body[] = [];
		await whileKilling(program, async () => {
			for (let i = 0; i < 8; i++) {
				const upload = await announce(project, ids.source ?? "", `${program}-${i}.csv`, bytes);
				uploads.push(upload);
				const half = bytes.byteLength / 2;
				for (const at of [0, half]) {
					for (let tries = 0; ; tries++) {
						expect(tries).toBeLessThan(200);
						const answer = await sendPart(
							project,
							upload.href,
							at,
							bytes.subarray(at, at + half),
						).catch(() => null);
						if (answer && answer.status < 500) {
							// Stored, or stored before the answer was lost.
							if (answer.status !== 204) expect(answer.body.code).toMatch(/^upload_(offset|done)$/);
							break;
						}
						await sleep(50);
					}
				}
			}
		});
		for (const upload of uploads)
			expect((await scanned(project, upload.file, 60)).state).toBe("clean");
	});
});

test("a session that was ended stays so when Redis loses everything", async () => {
	const client = new Client(instance.url);
	await client.post("/api/v1/auth/sign-in", { email: person.email, password: person.password });
	const copy = new Client(instance.url);
	for (const [name, value] of client.cookies) copy.cookies.set(name, value);
	expect((await copy.call("GET", "/api/v1/projects")).status).toBe(200);
	await client.post("/api/v1/auth/sign-out");
	const pid = pidOf("redis");
	process.kill(pid, "SIGKILL");
	for (let i = 0; i < 20; i++) {
		const answer = await copy.call("GET", "/api/v1/projects");
		expect([answer.status, answer.body.code]).toEqual([401, "session_ended"]);
		await sleep(50);
	}
	await until(
		"Redis",
		async () => pidOf("redis"),
		(now) => now !== 0 && now !== pid,
		30,
	);
});
