// Many at once on one thing: exactly one wins, and nothing that was answered is lost.
import { beforeAll, describe, expect, test } from "vitest";
import { type Body, Client } from "../lib/client.ts";
import { decide, type Filled, newFilled } from "../lib/filled.ts";
import { instance, sleep } from "../lib/instance.ts";
import { finishedJob, newPerson, newProject, newSource, startJob } from "../lib/story.ts";

let filled: Filled;
let client: Filled["project"]["client"];
const path = (rest = "") =>
	`${filled.project.path}/reconciliations/${filled.ids.reconciliation}${rest}`;
const version = async () => (await client.get(path())).version as number;

beforeAll(async () => {
	client = (await newPerson("racer")).client;
	filled = await newFilled(client, 40);
});

describe("decisions", () => {
	const match = (no: number) => ({ job: filled.ids.job, no });

	test("of twenty rejections of one match on one version one wins", async () => {
		const seq = await version();
		const answers = await Promise.all(
			Array.from({ length: 20 }, () => decide(filled, { kind: "reject", match: match(1) }, seq)),
		);
		expect(answers.filter((a) => a.status === 201)).toHaveLength(1);
		for (const a of answers)
			if (a.status !== 201) expect([a.status, a.body.code]).toEqual([409, "stale"]);
		expect(await version()).toBe(seq + 1);
	});

	test("of twenty confirmations of one open match one wins, whatever version they read", async () => {
		const start = await version();
		const confirm = async (i: number): Promise<Body> =>
			decide(filled, { kind: "confirm", match: match(1) }, start + (i % 2));
		const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => confirm(i)));
		expect(answers.filter((a) => a.status === 201)).toHaveLength(1);
		expect(await version()).toBe(start + 1);
	});

	test("ten people on ten matches all get through by trying again, and the log has each once", async () => {
		const start = await version();
		const stubborn = async (no: number) => {
			for (let i = 0; i < 200; i++) {
				const answer = await decide(filled, { kind: "reject", match: match(no) });
				if (answer.status === 201) return answer.body.seq as number;
				expect(answer.body.code).toMatch(/^(stale|rate)$/);
			}
			throw new Error("never got through");
		};
		const seqs = await Promise.all(Array.from({ length: 10 }, (_, i) => stubborn(i + 2)));
		expect([...seqs].sort((a, b) => a - b)).toEqual(seqs.map((_, i) => start + 1 + i));
		const log = await client.list(path("/decisions"));
		expect(log.map((d) => d.seq)).toEqual(log.map((_, i) => log.length - i));
	});
});

describe("jobs", () => {
	test("cancelled by twenty at once, each ends in one state", async () => {
		for (let i = 0; i < 4; i++) {
			const job = await startJob(
				filled.project,
				filled.ids.reconciliation as string,
				[filled.ids.dataset as string],
				[filled.right.dataset],
			);
			const answers = await Promise.all(
				Array.from({ length: 20 }, () =>
					client.call("POST", `${filled.project.path}/jobs/${job.id}/cancel`),
				),
			);
			for (const a of answers) {
				expect([202, 409]).toContain(a.status);
				if (a.status === 409) expect(a.body.code).toBe("job_state");
			}
			const end = await finishedJob(filled.project, job.id);
			expect(["cancelled", "done", "failed"]).toContain(end.state);
			expect((await client.get(`${filled.project.path}/jobs/${job.id}`)).state).toBe(end.state);
		}
	});
});

test("space is booked once, however many announce at the same time", async () => {
	const limits = await client.get("/api/v1/limits");
	const project = await newProject(client);
	const source = await newSource(project, "ledger");
	// The tests' instance grants ten gibibytes to a project.
	const fit = Math.floor((10 * 2 ** 30) / limits.upload.max_bytes);
	const book = () =>
		client.call("POST", `${project.path}/uploads`, {
			json: { source: source.id, name: "a.csv", size: limits.upload.max_bytes },
		});
	const answers = await Promise.all(Array.from({ length: fit + 12 }, book));
	const made = answers.filter((a) => a.status === 201);
	expect(made).toHaveLength(fit);
	for (const a of answers) if (a.status !== 201) expect(a.body.code).toBe("quota");
	// Given up by five at once, it is given back once.
	const gone = await Promise.all(
		Array.from({ length: 5 }, () =>
			client.call("DELETE", made[0]?.body.href, { headers: { "tus-resumable": "1.0.0" } }),
		),
	);
	expect(gone.map((a) => a.status).sort()).toEqual([204, 409, 409, 409, 409]);
	expect([(await book()).status, (await book()).status]).toEqual([201, 422]);
});

test("a person gets no more than fifty live API keys, however many ask at the same time", async () => {
	const { client } = await newPerson("keys");
	const create = () =>
		client.call("POST", "/api/v1/auth/api-keys", { json: { name: "k", expires_in_days: 1 } });
	const answers = await Promise.all(Array.from({ length: 58 }, create));
	const made = answers.filter((a) => a.status === 201);
	expect(made).toHaveLength(50);
	for (const a of answers) if (a.status !== 201) expect(a.body.code).toBe("limit");
	await client.want("DELETE", `/api/v1/auth/api-keys/${made[0]?.body.api_key.id}`);
	expect([(await create()).status, (await create()).status]).toEqual([201, 422]);
});

test("wrong passwords at the same time are slowed down like those one after the other", async () => {
	const { email, password } = await newPerson("guessed");
	const guess = (word: string) =>
		new Client(instance.url).call("POST", "/api/v1/auth/sign-in", {
			json: { email, password: word },
			hurried: true,
		});
	const answers = await Promise.all(
		Array.from({ length: 40 }, (_, i) => guess(`wrong guess ${i}`)),
	);
	const tried = answers.filter((a) => a.status === 401).length;
	// Five are free; a thread each may have looked before the others counted.
	expect(tried).toBeLessThanOrEqual(5 + 4);
	for (const a of answers)
		expect(a.body.code).toMatch(/^(bad_credentials|locked_out|rate|unavailable)$/);
	// The first locks are short: on until one is long enough to be met by the next guess.
	for (let i = 0; i < 12; i++) {
		const wait = Number((await guess(`one more ${i}`)).headers.get("retry-after") ?? 0);
		if (wait >= 4) break;
		await sleep(1000 * wait);
	}
	// Even the right word waits: for the account, or for the address that guessed so often.
	const right = await guess(password);
	expect(right.status).toBe(429);
	expect(right.body.code).toMatch(/^(locked_out|rate)$/);
	expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(0);
});
