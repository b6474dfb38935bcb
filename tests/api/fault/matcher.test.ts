// The matcher is killed and stopped in the middle of jobs: each job still ends exactly once, with the
// result of an undisturbed run, and no record is taken twice.
import { beforeAll, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { pidOf, sleep, until } from "../lib/instance.ts";
import {
	finishedJob,
	newPerson,
	newProject,
	newReconciliation,
	newSource,
	type Project,
	readyDataset,
	startJob,
	upload,
} from "../lib/story.ts";

const ROWS = 30_000;
// Each kill costs a lease; tests/fault does it ten times at every named place.
const ROUNDS = 3;

// A seeded stream: the same files in every run.
function random(seed: number) {
	let s = seed;
	return () => {
		s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
		return s / 2 ** 32;
	};
}

function side(shift: number): string {
	const next = random(7);
	const lines = ["date,reference,amount"];
	for (let i = 0; i < ROWS; i++) {
		const day = 1 + Math.floor(next() * 25);
		const cents = 100 + Math.floor(next() * 900_000);
		const date = `2026-10-${String(day + shift).padStart(2, "0")}`;
		lines.push(
			`${date},REF${100000 + i},${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`,
		);
	}
	return `${lines.join("\n")}\n`;
}

interface Setting {
	project: Project;
	left: Body;
	right: Body;
	files: [string, string];
}

let setting: Setting;
let reference: Body;

/** A reconciliation and a job over fresh datasets of the same content. */
async function run(disturb: (job: string) => Promise<void>): Promise<Body> {
	const { project } = setting;
	const left = await newSource(project, "ledger");
	const right = await newSource(project, "bank");
	const l = await readyDataset(project, await upload(project, left.id, "l.csv", setting.files[0]));
	const r = await readyDataset(project, await upload(project, right.id, "r.csv", setting.files[1]));
	const reconciliation = await newReconciliation(project, left.id, right.id);
	const job = await startJob(project, reconciliation.id, [l.id], [r.id]);
	await disturb(job.id);
	return finishedJob(project, job.id, 120);
}

beforeAll(async () => {
	const project = await newProject((await newPerson("matcher")).client);
	setting = {
		project,
		left: await newSource(project, "ledger"),
		right: await newSource(project, "bank"),
		files: [side(0), side(1)],
	};
	reference = await run(async () => {});
	expect(reference.state).toBe("done");
	expect(reference.summary.confirmed).toBeGreaterThan(0);
}, 180_000);

function same(job: Body) {
	expect(job.state).toBe("done");
	expect(job.summary).toEqual(reference.summary);
}

const isRunning = (job: string) =>
	until(
		"start",
		() => setting.project.client.get(`${setting.project.path}/jobs/${job}`),
		(j) => j.state !== "queued",
		30,
	);

describe("the matcher", () => {
	test.each(Array.from({ length: ROUNDS }, (_, i) => i))("kill -9, round %i", async (round) => {
		same(
			await run(async (job) => {
				await isRunning(job);
				await sleep(round * 40);
				const pid = pidOf("matcher");
				if (pid) process.kill(pid, "SIGKILL");
			}),
		);
	});

	test.each(Array.from({ length: ROUNDS }, (_, i) => i))(
		"stopped past its lease, round %i",
		async (round) => {
			same(
				await run(async (job) => {
					await isRunning(job);
					await sleep(round * 30);
					const pid = pidOf("matcher");
					process.kill(pid, "SIGSTOP");
					await sleep(round === 0 ? 17_000 : 1_000);
					process.kill(pid, "SIGCONT");
				}),
			);
		},
	);
});
