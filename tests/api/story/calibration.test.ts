// What people say about matches changes how sure the next job says it is; the blind sample proves how
// many of the confirmed ones are wrong; and a pinned model ends learning.
import { beforeAll, describe, expect, test } from "vitest";
import { type Body, idempotencyKey } from "../lib/client.ts";
import {
	download,
	newPerson,
	newProject,
	newReconciliation,
	newSource,
	type Project,
	readyDataset,
	runJob,
	upload,
	viewRows,
} from "../lib/story.ts";

const PAIRS = 400;
const CHECKED = 260;
const ERROR_EVERY = 13; // of the checks: 20 of 260

const words = ["Alpine", "Blue", "Corner", "Dune", "Estuary", "Forest", "Garden", "Harbour"];
const text = (i: number) =>
	`${words[i % 8]} ${words[(i >> 3) % 8]} ${1000 + ((i * 7919) % 9000)} invoice`;
const date = (i: number, later: number) =>
	new Date(Date.UTC(2026, 8, 1 + (i % 60) + later)).toISOString().slice(0, 10);

/** Two sides of pairs without references: amounts repeat, texts are shortened, dates move. */
function sides(from: number, pairs: number): { ledger: string; bank: string } {
	const rows = Array.from({ length: pairs }, (_, k) => from + k);
	const head = "date,description,amount\n";
	const line = (i: number, later: number, said: string) =>
		`${date(i, later)},${said},${100 + ((i * 37) % 211)}.${10 + (i % 80)}\n`;
	return {
		ledger: head + rows.map((i) => line(i, 0, text(i))).join(""),
		bank: head + rows.map((i) => line(i, i % 3, text(i).toUpperCase().slice(0, 22))).join(""),
	};
}

describe("decisions, a sample and a model", () => {
	let project: Project;
	let reconciliation: Body;
	let left: Body;
	let right: Body;
	let job: Body;
	let seq: number;

	const path = (rest: string) => `${project.path}/reconciliations/${reconciliation.id}${rest}`;
	const matches = (of: Body) =>
		viewRows(project, reconciliation.id, { job: of.id, kind: "matches", sort: [{ field: "no" }] });
	const receiptOf = async (of: Body) =>
		(await project.client.get(`${project.path}/jobs/${of.id}/receipt`)).hashed;
	const sampleOf = (of: Body, limit: number) =>
		project.client.get(`${project.path}/jobs/${of.id}/sample?limit=${limit}`);

	async function decide(json: Body): Promise<Body> {
		const answer = await project.client.call("POST", path("/decisions"), {
			json,
			headers: { "if-match": `"${seq}"`, "idempotency-key": idempotencyKey() },
		});
		if (answer.status === 201) seq = answer.body.seq;
		return answer;
	}

	async function jobOver(from: number, pairs: number): Promise<Body> {
		const content = sides(from, pairs);
		const l = await readyDataset(project, await upload(project, left.id, "l.csv", content.ledger));
		const r = await readyDataset(project, await upload(project, right.id, "b.csv", content.bank));
		return runJob(project, reconciliation.id, [l.id], [r.id]);
	}

	beforeAll(async () => {
		project = await newProject((await newPerson("analyst")).client);
		left = await newSource(project, "ledger");
		right = await newSource(project, "bank");
		reconciliation = await newReconciliation(project, left.id, right.id);
		job = await jobOver(0, PAIRS);
		seq = reconciliation.version;
	});

	test("before anybody decided nothing is calibrated, and nothing is shown", async () => {
		expect(job.state).toBe("done");
		expect(job.summary.calibration).toMatchObject({ kind: "uncalibrated", decisions: 0 });
		const receipt = await receiptOf(job);
		const sample = await sampleOf(job, 5);
		expect(sample).toMatchObject({
			seed: receipt.sample.seed,
			population: job.summary.confirmed,
			checked: 0,
			shown: false,
			confirm_line: null,
			bound: 1,
			target: 0.001,
		});
		expect(sample.items).toHaveLength(5);
		expect(JSON.stringify(sample.items)).not.toMatch(/confidence|margin|pass/);
		const all = await matches(job);
		for (const item of sample.items)
			expect(all.find((m) => m.match.no === item.match.no).status).toBe("confirmed");
	});

	test("people check the sample in its order", async () => {
		const { items } = await sampleOf(job, 500);
		expect(items.length).toBeGreaterThanOrEqual(CHECKED);
		let wrong = 0;
		for (let i = 0; i < CHECKED; i++) {
			const error = i % ERROR_EVERY === 0;
			wrong += Number(error);
			const answer = await decide({
				kind: error ? "reject" : "confirm",
				match: items[i].match,
			});
			expect(answer.status).toBe(201);
		}
		const sample = await sampleOf(job, 1);
		expect(sample).toMatchObject({ checked: CHECKED, wrong, shown: false });
		expect(sample.items[0].match).toEqual(items[CHECKED].match);
		expect(sample.seen).toBeCloseTo(wrong / CHECKED, 5);
		expect(sample.low).toBeLessThan(sample.seen);
		expect(sample.high).toBeGreaterThan(sample.seen);
		expect(sample.bound).toBeLessThan(sample.high);
	}, 60_000);

	test("one who agrees changes nothing but the log, and cannot say it twice", async () => {
		const { items } = await sampleOf(job, 1);
		const [{ match }] = items;
		const first = await decide({ kind: "confirm", match });
		expect(first.status).toBe(201);
		const again = await decide({ kind: "confirm", match });
		expect([again.status, again.body.code]).toEqual([409, "decision_state"]);
		expect((await decide({ kind: "undo", decision: first.body.id })).status).toBe(201);
		expect((await sampleOf(job, 1)).items[0].match).toEqual(match);
		const row = (await matches(job)).find((m) => m.match.no === match.no);
		expect(row.state).toBe("confirmed");
	});

	test("the next job's confidence is what the decisions say", async () => {
		const before = await matches(job);
		const next = await jobOver(PAIRS, 120);
		expect(next.state).toBe("done");
		expect(next.summary.calibration).toMatchObject({
			kind: "two parameters",
			decisions: CHECKED,
			errors: CHECKED / ERROR_EVERY,
		});
		const { calibration } = await receiptOf(next);
		expect(calibration.kind).toBe("two parameters");
		expect(calibration.reliability.reduce((n: number, t: Body) => n + t.decisions, 0)).toBe(
			CHECKED,
		);
		for (const tenth of calibration.reliability.filter((t: Body) => t.decisions > 0)) {
			expect(Number(tenth.low)).toBeLessThanOrEqual(Number(tenth.seen));
			expect(Number(tenth.high)).toBeGreaterThanOrEqual(Number(tenth.seen));
		}
		const best = (rows: Body[]) => Math.max(...rows.map((m) => m.confidence));
		const surest = best(await matches(next));
		expect(best(before)).toBeGreaterThan(0.99);
		// 20 of 260 were wrong: nobody can be as sure any more.
		expect(surest).toBeLessThan(0.99);
		expect(surest).toBeGreaterThan(0.8);
	}, 60_000);

	test("what a job learned can be read, and pinned: later jobs only score by it", async () => {
		expect(job.model).toBe(true);
		const answer = await download(project.client, `${project.path}/jobs/${job.id}/model`);
		const learned = JSON.parse(await answer.text());
		expect(learned.passes[0].comparisons.length).toBeGreaterThan(1);
		const pinned = await project.client.post(
			path("/models"),
			{ job: job.id },
			{ "idempotency-key": idempotencyKey() },
		);
		expect(pinned).toMatchObject({ version: 1, job: job.id, model: learned });
		expect((await project.client.get(path(""))).model_version).toBe(1);

		const scored = await jobOver(2 * PAIRS, 60);
		expect(scored).toMatchObject({ state: "done", model_version: 1 });
		const receipt = await receiptOf(scored);
		expect(receipt).toMatchObject({ model_version: 1, model_sha256: pinned.sha256 });
		const model = await project.client.get(`${project.path}/jobs/${scored.id}/model`);
		const weights = (m: Body) =>
			m.passes.map((p: Body) => p.comparisons.map((c: Body) => [c.field, c.m_bits, c.u_bits]));
		expect(weights(model)).toEqual(weights(learned));
	}, 60_000);

	test("a changed model is another version; let go, jobs learn again", async () => {
		const { model } = await project.client.get(path("/models/1"));
		const [comparison] = model.passes[0].comparisons;
		comparison.m_bits = comparison.m_bits.map(() => "-1.000000");
		const changed = await project.client.post(
			path("/models"),
			{ model },
			{ "idempotency-key": idempotencyKey() },
		);
		expect(changed).toMatchObject({ version: 2, job: null });
		expect((await project.client.list(path("/models"))).map((m: Body) => m.version)).toEqual([
			2, 1,
		]);
		expect((await project.client.call("DELETE", path("/models/pinned"))).status).toBe(204);
		expect((await project.client.get(path(""))).model_version).toBe(null);
		const again = await jobOver(3 * PAIRS, 60);
		expect(again).toMatchObject({ state: "done", model_version: null });
	}, 60_000);

	test("what is no model, or of nowhere, is refused", async () => {
		const post = async (json: Body) => {
			const { status, body } = await project.client.call("POST", path("/models"), {
				json,
				headers: { "idempotency-key": idempotencyKey() },
			});
			return [status, body.code, body.errors?.[0]?.pointer];
		};
		expect(await post({})).toEqual([422, "invalid", "/job"]);
		expect(await post({ job: job.id, model: {} })).toEqual([422, "invalid", "/job"]);
		expect(await post({ model: { passes: [] } })).toEqual([422, "invalid", "/model/passes"]);
		expect(await post({ job: project.id })).toEqual([404, "not_found", "/job"]);
		const misfit = { model: 1, passes: [{ pass: "learned", comparisons: [] }] };
		expect((await post({ model: misfit }))[0]).toBe(201);
		expect((await project.client.call("GET", path("/models/99"))).status).toBe(404);
		await project.client.call("DELETE", path("/models/pinned"));
	});
});

test("duplicates within one file are no job's business, and the refusal says whose", async () => {
	const project = await newProject((await newPerson("analyst")).client);
	const [left, right] = [await newSource(project, "ledger"), await newSource(project, "bank")];
	const answer = await project.client.call("POST", `${project.path}/reconciliations`, {
		json: {
			name: "Same",
			left: left.id,
			right: right.id,
			ruleset: {
				ruleset: 1,
				name: "Duplicates",
				currency: "each alone",
				left: { label: "L" },
				right: { label: "R" },
				fields: { name: { type: "text", left: "name", right: "name" } },
				passes: [
					{
						name: "duplicates",
						stage: 1,
						kind: "same",
						mode: "learn",
						// biome-ignore lint/suspicious/noThenProperty: a word of the ruleset's grammar
						then: { suggest: { confidence: 0.5 } },
					},
				],
			},
		},
		headers: { "idempotency-key": idempotencyKey() },
	});
	expect([answer.status, answer.body.code]).toEqual([422, "unsupported"]);
	expect(answer.body.errors[0].pointer).toBe("/ruleset/passes/0/kind");
	expect(answer.body.detail).toContain("--dedupe");
});
