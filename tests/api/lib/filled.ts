// A project with one of everything that has an id, for tests that need things to point at.
import { type Body, type Client, idempotencyKey } from "./client.ts";
import {
	announce,
	finishedJob,
	newProject,
	newReconciliation,
	newSource,
	type Project,
	readyDataset,
	startJob,
	upload,
} from "./story.ts";

export interface Filled {
	project: Project;
	/** Ids by the name of the path parameter. */
	ids: Record<string, string>;
	right: { source: string; dataset: string };
	job: Body;
}

/** Two sides of pairs: those with a reference are confirmed, the last ones have only their amount. */
export function sides(pairs: number): { ledger: string; bank: string } {
	const rows = Array.from({ length: pairs }, (_, i) => i);
	const head = "date,reference,description,amount\n";
	const line = (i: number, text: string) =>
		`2026-11-${String(1 + (i % 25)).padStart(2, "0")},INV-${20001 + i},${text} ${i},${10 + i}.37\n`;
	return {
		ledger: head + rows.map((i) => line(i, "Customer")).join(""),
		bank: head + rows.map((i) => line(i, "PAYMENT")).join(""),
	};
}

export async function newFilled(client: Client, pairs = 30): Promise<Filled> {
	const project = await newProject(client);
	const left = await newSource(project, "ledger");
	const right = await newSource(project, "bank");
	const { ledger, bank } = sides(pairs);
	const file = await upload(project, left.id, "ledger.csv", ledger);
	const other = await upload(project, right.id, "bank.csv", bank);
	const l = await readyDataset(project, file);
	const r = await readyDataset(project, other);
	const reconciliation = await newReconciliation(project, left.id, right.id);
	const started = await startJob(project, reconciliation.id, [l.id], [r.id]);
	const job = await finishedJob(project, started.id);
	const review = `${project.path}/reconciliations/${reconciliation.id}`;
	const view = await client.post(`${review}/views`, { kind: "matches" });
	const pending = await announce(project, left.id, "pending.csv", new Uint8Array(100));
	return {
		project,
		ids: {
			project: project.id,
			source: left.id,
			file,
			dataset: l.id,
			reconciliation: reconciliation.id,
			job: job.id,
			view: view.view,
			upload: pending.id,
			no: "1",
		},
		right: { source: right.id, dataset: r.id },
		job,
	};
}

/** One decision on a match of the project's job; without a version, on the newest log. */
export async function decide(
	filled: Filled,
	json: Body,
	version?: number,
	client: Client = filled.project.client,
) {
	const path = `${filled.project.path}/reconciliations/${filled.ids.reconciliation}`;
	const seq = version ?? (await client.get(path)).version;
	return client.call("POST", `${path}/decisions`, {
		json,
		headers: { "if-match": `"${seq}"`, "idempotency-key": idempotencyKey() },
	});
}
