// A download that cannot be whole never arrives as a whole one: what lies in the vault was changed, or the pool
// that sends it is gone in the middle.
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { sql } from "../lib/command.ts";
import { instance, pidOf, sleep, until } from "../lib/instance.ts";
import {
	newPerson,
	newProject,
	newSource,
	type Person,
	type Project,
	readyDataset,
	upload,
} from "../lib/story.ts";

const ROWS = 250_000;
const table = (rows: number) =>
	`Date,Reference,Amount,Text\n${Array.from(
		{ length: rows },
		(_, i) => `2026-11-0${1 + (i % 9)},R${i},${i}.00,something to read ${i}\n`,
	).join("")}`;

let person: Person;
let project: Project;

async function datasetOf(rows: number): Promise<Body> {
	const source = await newSource(project, "ledger");
	return readyDataset(project, await upload(project, source.id, "rows.csv", table(rows)));
}

const path = (dataset: Body) => `${project.path}/datasets/${dataset.id}/rows/export?format=csv`;

beforeAll(async () => {
	person = await newPerson("downloads");
	project = await newProject(person.client);
});

test("a stored file that was changed or cut is refused, and whole again when it is mended", async () => {
	const dataset = await datasetOf(20_000);
	const object = sql(`SELECT data_object FROM dataset WHERE id = '${dataset.id}'`).trim();
	const stored = join(instance.dirs.vault, object.slice(0, 2), object);
	const bytes = readFileSync(stored);
	const middle = bytes.length >> 1;
	const changed = Buffer.from(bytes);
	changed[middle] = (changed[middle] ?? 0) ^ 1;
	for (const [what, damage] of [
		["changed", () => writeFileSync(stored, changed)],
		["cut", () => truncateSync(stored, middle)],
	] as const) {
		damage();
		const answer = await person.client.call("GET", path(dataset));
		writeFileSync(stored, bytes);
		expect([what, answer.status >= 500, answer.headers.get("content-disposition")]).toEqual([
			what,
			true,
			null,
		]);
		expect(JSON.stringify(answer.body)).not.toContain("something to read");
	}
	const whole = await person.client.call("GET", path(dataset));
	expect([whole.status, whole.body.split("\n").length]).toEqual([200, 20_002]);
});

/** A download that is read slowly: `more` lets it go on. */
function slow(dataset: Body): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		const headers = person.client.headers("GET", false);
		get(`${instance.url}${path(dataset)}`, { headers, ca: readFileSync(instance.ca) }, (answer) => {
			answer.pause();
			resolve(answer);
		}).on("error", reject);
	});
}

test("a pool that dies in the middle breaks the download off", async () => {
	const dataset = await datasetOf(ROWS);
	const answer = await slow(dataset);
	expect(answer.statusCode).toBe(200);
	await sleep(100);
	const killed = pidOf("api-data");
	process.kill(killed, "SIGKILL");
	const end = await new Promise<{ lines: number; whole: boolean }>((resolve) => {
		let lines = 0;
		answer.on("data", (part: Buffer) => {
			lines += part.toString().split("\n").length - 1;
		});
		answer.on("error", () => {});
		answer.on("close", () => resolve({ lines, whole: answer.complete }));
		answer.resume();
	});
	expect(end.whole).toBe(false);
	expect(end.lines).toBeLessThan(ROWS + 1);
	await until("the pool", async () => ![0, killed].includes(pidOf("api-data")), Boolean);
	expect((await person.client.call("GET", path(dataset))).status).toBe(200);
});
