// A store or the scanner goes away for a while: clear errors, no process dies, and work goes on.
import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Body, Client } from "../lib/client.ts";
import { dev, instance, pidOf, sleep, until } from "../lib/instance.ts";
import {
	fileOf,
	newPerson,
	newProject,
	newSource,
	type Project,
	readyDataset,
	scanned,
	upload,
} from "../lib/story.ts";

const programs = [
	"api-auth",
	"api-api",
	"api-upload",
	"api-data",
	"scanner",
	"intake",
	"matcher",
	"nginx",
];
const pids = () => programs.map((name) => [name, pidOf(name)]);
const csv = "date,reference,amount\n2026-11-01,A,1.00\n2026-11-02,B,2.00\n";

let project: Project;
let source: string;

beforeAll(async () => {
	project = await newProject((await newPerson("faults")).client);
	source = (await newSource(project, "ledger")).id;
});

const me = () => project.client.call("GET", "/api/v1/me");
const anonymous = new Client(instance.url);
const partOf = (answer: Answer, name: string) =>
	answer.body.parts.find((part: Body) => part.name === name)?.status;
const ready = () => anonymous.call("GET", "/api/v1/ready");

describe.each([["postgres"], ["redis"]])("%s is stopped for a while", (store) => {
	test("answers are clear, no process dies, and it goes on", async () => {
		const before = pids();
		expect(before.every(([, pid]) => pid !== 0)).toBe(true);
		dev("stop", store);
		try {
			const during = await ready();
			expect(during.status).toBe(store === "postgres" ? 503 : 200);
			// Without the database it is a refusal like any other, whose findings are the parts.
			if (store === "postgres") {
				expect(during.body.code).toBe("unavailable");
				expect(during.body.errors.map((e: Body) => e.pointer)).toContain("/parts/postgres");
			} else {
				expect(partOf(during, store)).toBe("down");
			}
			const answer = await project.client.call("GET", project.path);
			if (store === "postgres") {
				expect([answer.status, answer.body.code]).toEqual([503, "unavailable"]);
				expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
				expect(answer.body.request_id).toBeTruthy();
			} else {
				expect(answer.status).toBe(200);
			}
			await sleep(6000);
		} finally {
			dev("start", store);
		}
		await until("recovery", me, (answer) => answer.status === 200, 20);
		expect(partOf(await ready(), store)).toBe("up");
		expect(pids()).toEqual(before);
		const file = await upload(project, source, "after.csv", csv);
		expect((await scanned(project, file)).state).toBe("clean");
	});
});

/* A machine that boots starts everything at once, and not always everything comes up. */
test.each(["postgres", "redis"])(
	"programs that start while %s is away wait for it",
	async (store) => {
		const ours = programs.filter((name) => name !== "nginx");
		dev("stop", store);
		try {
			for (const name of ours) dev("restart", name);
			await sleep(3000);
			const started = pids();
			expect(started.every(([, pid]) => pid !== 0)).toBe(true);
			const answer = await project.client.call("GET", project.path);
			if (store === "postgres") {
				expect([answer.status, answer.body.code]).toEqual([503, "unavailable"]);
				expect(answer.body.request_id).toBe(answer.headers.get("x-request-id"));
			} else expect(answer.status).toBe(200);
			await sleep(3000);
			expect(pids()).toEqual(started);
		} finally {
			dev("start", store);
		}
		const before = pids();
		await until("recovery", me, (answer) => answer.status === 200, 20);
		const file = await upload(project, source, "started.csv", csv);
		expect((await scanned(project, file)).state).toBe("clean");
		expect((await readyDataset(project, file)).rows_accepted).toBe(2);
		expect(pids()).toEqual(before);
	},
);

/* The socket of a pool stays open while its processes are away or hang. */
test.each([
	["api-auth", "POST", "/api/v1/auth/refresh"],
	["api-api", "GET", "/api/v1/health"],
] as const)(
	"a %s that answers nobody is given up after ten seconds, not a minute",
	async (pool, method, path) => {
		const pid = pidOf(pool);
		process.kill(pid, "SIGSTOP");
		try {
			const started = Date.now();
			const answer = await anonymous.call(method, path);
			expect([answer.status, answer.body.code]).toEqual([504, "timeout"]);
			expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
			expect(Date.now() - started).toBeLessThan(30_000);
		} finally {
			process.kill(pid, "SIGCONT");
		}
		await until(
			"the pool",
			() => anonymous.call(method, path),
			(answer) => answer.status < 500,
			20,
		);
	},
);

test("a file waits for the scanner and goes on when it is back", async () => {
	dev("stop", "scanner");
	let file: string;
	try {
		file = await upload(project, source, "waiting.csv", csv);
		await sleep(4000);
		expect(["received", "scanning"]).toContain((await fileOf(project, file)).state);
		expect((await fileOf(project, file)).dataset).toBeNull();
	} finally {
		dev("start", "scanner");
	}
	expect((await scanned(project, file, 60)).state).toBe("clean");
	expect((await readyDataset(project, file)).rows_accepted).toBe(2);
});

test("intake killed again and again loses no file", async () => {
	const files: string[] = [];
	for (let i = 0; i < 6; i++) {
		files.push(await upload(project, source, `kill-${i}.csv`, csv));
		await sleep(Math.floor(Math.random() * 80));
		const pid = pidOf("intake");
		if (pid) process.kill(pid, "SIGKILL");
	}
	for (const file of files) expect((await scanned(project, file, 120)).state).toBe("clean");
});
