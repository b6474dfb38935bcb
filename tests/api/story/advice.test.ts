// Cash application: payments against open invoices by their remittance advice, the third input of a
// job; its receipt; and what is open carried into the next job.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { idempotencyKey } from "../lib/client.ts";
import { instance } from "../lib/instance.ts";
import {
	datasetByColumns,
	download,
	newPerson,
	newProject,
	newReconciliation,
	newSource,
	type Project,
	runJob,
	sha256,
	viewRows,
} from "../lib/story.ts";

const example = (name: string) =>
	readFileSync(join(dirname(instance.dev), "examples/cash-application", name), "utf8");
const ruleset = JSON.parse(example("ruleset.json"));
const lines = (name: string) =>
	example(name)
		.trim()
		.split("\n")
		.map((line) => line.split(" | "));

describe("payments, invoices, and the advice of who pays what", () => {
	let project: Project;
	let reconciliation: Body;
	let payments: Body;
	let invoices: Body;
	let advice: Body;
	let job: Body;

	beforeAll(async () => {
		project = await newProject((await newPerson("analyst")).client);
		const [left, right, third] = [
			await newSource(project, "bank"),
			await newSource(project, "ledger"),
			await newSource(project, "other"),
		];
		payments = await datasetByColumns(project, left.id, "payments.csv", example("payments.csv"), {
			payment: "code",
			customer: "text",
			received: "date",
			amount: "amount",
		});
		invoices = await datasetByColumns(project, right.id, "invoices.csv", example("invoices.csv"), {
			invoice: "code",
			customer: "text",
			issued: "date",
			amount: "amount",
		});
		advice = await datasetByColumns(project, third.id, "advice.csv", example("advice.csv"), {
			payment: "code",
			invoice: "code",
			paid: "amount",
		});
		reconciliation = await newReconciliation(project, left.id, right.id, {
			advice: third.id,
			ruleset,
		});
		job = await runJob(project, reconciliation.id, [payments.id], [invoices.id], {
			advice: [advice.id],
		});
	});

	const rows = (of: Body, spec: Body) =>
		viewRows(project, reconciliation.id, { job: of.id, ...spec });
	const refused = async (rec: string, third: string) => {
		const answer = await project.client.call(
			"POST",
			`${project.path}/reconciliations/${rec}/jobs`,
			{
				json: { left: [payments.id], right: [invoices.id], advice: [third] },
				headers: { "idempotency-key": idempotencyKey() },
			},
		);
		return {
			status: answer.status,
			code: answer.body.code,
			pointer: answer.body.errors[0]?.pointer,
		};
	};

	test("the reconciliation and the job name it", () => {
		expect(job.state).toBe("done");
		expect(reconciliation.advice).toBe(advice.source);
		expect(job.inputs.map((i: Body) => [i.side, i.dataset, i.carried])).toEqual([
			["left", payments.id, false],
			["right", invoices.id, false],
			["advice", advice.id, false],
		]);
	});

	test("it settles what the same files settle without a server", async () => {
		const found = (await rows(job, { kind: "matches" })).map((m) => [
			m.kind,
			m.pass,
			m.status,
			m.left.map((r: Body) => r.row + 1).join(";"),
			m.right.map((r: Body) => r.row + 1).join(";"),
		]);
		expect(found.sort()).toEqual(
			lines("matches.txt")
				.map((cells) => cells.slice(0, 5))
				.sort(),
		);
		expect(job.summary.advice).toEqual({
			lines: 8,
			lines_settled: 5,
			lines_unknown: 1,
			records_differing: 1,
		});
	});

	test("records that it disagrees with are open, and say so", async () => {
		const open = await rows(job, {
			kind: "open_items",
			filter: { break_type: ["advice_differs"] },
		});
		expect(open.map((o) => [o.side, String(o.record.row + 1)]).sort()).toEqual(
			lines("open.txt")
				.filter(([, , why]) => why === "advice_differs")
				.map(([side, row]) => [side, row])
				.sort(),
		);
	});

	test("a job without it leaves the advice pass alone", async () => {
		const other = await newReconciliation(project, payments.source, invoices.source, {
			advice: advice.source,
			ruleset,
		});
		const without = await runJob(project, other.id, [payments.id], [invoices.id]);
		expect(without.state).toBe("done");
		expect(without.summary).not.toHaveProperty("advice");
	});

	test("the receipt is the one of the command line, and its hashes agree", async () => {
		const answer = await download(project.client, `${project.path}/jobs/${job.id}/receipt`);
		expect(answer.status).toBe(200);
		expect(answer.headers.get("content-disposition")).toContain(
			`attachment; filename="receipt-${job.id}.json"`,
		);
		const text = await answer.text();
		const receipt = JSON.parse(text);
		const hashed = text.slice('{"hashed":'.length, text.indexOf(',"receipt_sha256"'));
		expect(receipt.receipt_sha256).toBe(sha256(hashed));
		expect(receipt.hashed).toMatchObject({
			result_sha256: job.result_hash,
			ruleset_version: 1,
			calibration: { kind: "uncalibrated", decisions: 0 },
			sample: { checked: 0, verdict: "not yet shown", population: job.summary.confirmed },
			advice: { name: "advice.csv", lines: 8, records_differing: 1 },
			carried: [],
		});
		expect(receipt.hashed.inputs.map((i: Body) => [i.side, i.name, i.sha256])).toEqual(
			["payments.csv", "invoices.csv", "advice.csv"].map((name, i) => [
				["left", "right", "advice"][i],
				name,
				sha256(example(name)),
			]),
		);
		for (const input of receipt.hashed.inputs) {
			expect(input.mapping_version).toBe(1);
			expect(input.mapping_sha256).toMatch(/^[0-9a-f]{64}$/);
		}
		for (const kind of ["rows", "money", "matched", "proof"])
			for (const one of receipt.hashed.identities[kind]) expect(one.holds).toBe(true);
		expect({ ...receipt.hashed.identities, statement: [] }).toEqual(job.summary.identities);
		expect(Number(receipt.unhashed.seconds)).toBeGreaterThan(0);
	});

	test("the next job brings forward what is open, with the day it was first seen", async () => {
		const open = await rows(job, { kind: "open_items" });
		const next = await runJob(project, reconciliation.id, [payments.id], [invoices.id]);
		expect(next.state).toBe("done");
		const today = job.inputs[0].first_seen;
		expect(today).toMatch(/^\d{4}-\d\d-\d\d$/);
		expect(next.inputs.map((i: Body) => [i.carried, i.first_seen])).toEqual([
			[true, today],
			[true, today],
		]);
		const receipt = await project.client.get(`${project.path}/jobs/${next.id}/receipt`);
		expect(receipt.hashed.carried).toHaveLength(open.length);
		expect(next.summary.carried).toBe(open.length);
		for (const item of receipt.hashed.carried) expect(item.first_seen).toBe(today);
		const forward = receipt.hashed.identities.rows;
		expect(forward.map((r: Body) => r.accepted)).toEqual([0, 0]);
		const before = job.summary.identities.money.map((m: Body) => [m.side, m.closing_items]);
		expect(receipt.hashed.identities.money.map((m: Body) => [m.side, m.opening_items])).toEqual(
			before,
		);
		const still = await rows(next, { kind: "open_items", sort: [{ field: "first_seen" }] });
		for (const item of still) expect(item.first_seen).toBe(today);
	});

	test("is refused where it cannot be read", async () => {
		const none = await newReconciliation(project, payments.source, invoices.source);
		expect(await refused(none.id, advice.id)).toEqual({
			status: 422,
			code: "invalid",
			pointer: "/advice",
		});
		const { advice: _, ...silent } = ruleset;
		const without = await newReconciliation(project, payments.source, invoices.source, {
			advice: advice.source,
			ruleset: silent,
		});
		expect(await refused(without.id, advice.id)).toEqual({
			status: 422,
			code: "ruleset",
			pointer: "/advice",
		});
		const other = await newReconciliation(project, payments.source, invoices.source, {
			advice: advice.source,
		});
		expect((await refused(other.id, invoices.id)).code).toBe("dataset_not_ready");
	});

	test("is a source of its own", async () => {
		const answer = await project.client.call("POST", `${project.path}/reconciliations`, {
			json: {
				name: "Advice of itself",
				left: payments.source,
				right: invoices.source,
				advice: payments.source,
			},
			headers: { "idempotency-key": idempotencyKey() },
		});
		expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, "/advice"]);
	});

	test("without a ruleset the engine finds out how to read it", async () => {
		const other = await newReconciliation(project, payments.source, invoices.source, {
			advice: advice.source,
		});
		const done = await runJob(project, other.id, [payments.id], [invoices.id], {
			advice: [advice.id],
		});
		expect([done.state, done.error?.detail]).toEqual(["done", undefined]);
		expect(done.summary.advice.lines).toBe(8);
	});
});
