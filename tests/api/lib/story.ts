// The steps that stories are told in: sign in, a project, a source, an upload, a dataset, a job.
import { createHash, randomBytes } from "node:crypto";
import { type Body, Client, idempotencyKey } from "./client.ts";
import { dev, instance, until } from "./instance.ts";

export interface Person {
	client: Client;
	email: string;
	password: string;
}

export const uniqueName = (word: string) => `${word} ${randomBytes(4).toString("hex")}`;

/** Signs in through the operator's one-time link, as the person who was sent one would. */
export async function redeemed(email: string, name: string, ...options: string[]): Promise<Person> {
	const link = dev("sign-in", email, "--name", name, ...options)
		.trim()
		.split("\n")
		.at(-1);
	const code = new URL(link ?? "").hash.replace(/^#code=/, "");
	const password = randomBytes(18).toString("base64url");
	const client = new Client(instance.url);
	await client.post("/api/v1/auth/redeem", { code, password });
	return { client, email, password };
}

/** A new account, signed in. */
export const newPerson = (word = "person") =>
	redeemed(`${word}-${randomBytes(6).toString("hex")}@example.test`, word);

export interface Project {
	client: Client;
	id: string;
	path: string;
}

export async function newProject(client: Client, name = uniqueName("Project")): Promise<Project> {
	const project = await client.post(
		"/api/v1/projects",
		{ name, time_zone: "Europe/London", base_currency: "EUR" },
		{ "idempotency-key": idempotencyKey() },
	);
	return { client, id: project.id, path: `/api/v1/projects/${project.id}` };
}

export async function newSource(
	project: Project,
	kind: string,
	name = uniqueName(kind),
): Promise<Body> {
	return project.client.post(
		`${project.path}/sources`,
		{ name, kind, time_zone: "Europe/London", currency: "EUR" },
		{ "idempotency-key": idempotencyKey() },
	);
}

export const sha256 = (bytes: Uint8Array | string) =>
	createHash("sha256").update(bytes).digest("hex");

export async function announce(
	project: Project,
	source: string,
	name: string,
	bytes: Uint8Array,
	extra: Record<string, unknown> = { sha256: sha256(bytes) },
): Promise<Body> {
	return project.client.post(
		`${project.path}/uploads`,
		{ source, name, size: bytes.byteLength, ...extra },
		{ "idempotency-key": idempotencyKey() },
	);
}

/** Announces and sends a whole file; returns the file's id. */
export async function upload(
	project: Project,
	source: string,
	name: string,
	content: Uint8Array | string,
): Promise<string> {
	const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
	const announced = await announce(project, source, name, bytes);
	await project.client.want("PUT", announced.href, {
		body: bytes,
		headers: { "content-type": "application/octet-stream" },
	});
	return announced.file;
}

/** One part of a resumable upload (tus 1.0). */
export function sendPart(project: Project, href: string, offset: number, bytes: Uint8Array) {
	return project.client.call("PATCH", href, {
		body: bytes,
		headers: {
			"content-type": "application/offset+octet-stream",
			"tus-resumable": "1.0.0",
			"upload-offset": String(offset),
		},
	});
}

const settledFile = ["clean", "infected", "unscannable", "rejected"];
const settledDataset = ["ready", "needs_mapping", "unreadable"];
const settledJob = ["done", "failed", "cancelled"];

export const fileOf = (project: Project, id: string) =>
	project.client.get(`${project.path}/files/${id}`);

export function scanned(project: Project, id: string, seconds = 60): Promise<Body> {
	return until(
		"scan",
		() => fileOf(project, id),
		(file) => settledFile.includes(file.state),
		seconds,
	);
}

/** The dataset of a file, once it was read. */
export async function datasetOf(project: Project, file: string, seconds = 60): Promise<Body> {
	const read = await until(
		"reading",
		() => fileOf(project, file),
		(f) => f.dataset !== null || (settledFile.includes(f.state) && f.state !== "clean"),
		seconds,
	);
	if (read.dataset === null) throw new Error(`not readable: ${JSON.stringify(read)}`);
	return until(
		"dataset",
		() => project.client.get(`${project.path}/datasets/${read.dataset}`),
		(dataset) => settledDataset.includes(dataset.state),
		seconds,
	);
}

/** Confirms the mapping that the reader proposes, if it asks for one, and waits until rows are there. */
export async function readyDataset(project: Project, file: string, seconds = 60): Promise<Body> {
	const dataset = await datasetOf(project, file, seconds);
	if (dataset.state !== "needs_mapping") return dataset;
	await project.client.post(
		`${project.path}/sources/${dataset.source}/mappings`,
		{ mapping: dataset.proposal.mapping },
		{ "idempotency-key": idempotencyKey() },
	);
	return until(
		"mapped dataset",
		() => datasetOf(project, file, seconds),
		(d) => d.state === "ready" || d.state === "unreadable",
		seconds,
	);
}

export async function newReconciliation(
	project: Project,
	left: string,
	right: string,
	more: { name?: string; advice?: string; ruleset?: unknown } = {},
): Promise<Body> {
	return project.client.post(
		`${project.path}/reconciliations`,
		{ name: uniqueName("Reconciliation"), left, right, ...more },
		{ "idempotency-key": idempotencyKey() },
	);
}

export function startJob(
	project: Project,
	reconciliation: string,
	left: string[],
	right: string[],
	more: { advice?: string[] } = {},
): Promise<Body> {
	return project.client.post(
		`${project.path}/reconciliations/${reconciliation}/jobs`,
		{ left, right, ...more },
		{ "idempotency-key": idempotencyKey() },
	);
}

/** A job over these datasets, at its end. */
export const runJob = async (...job: Parameters<typeof startJob>) =>
	finishedJob(job[0], (await startJob(...job)).id);

/** All rows of a fresh view. */
export async function viewRows(
	project: Project,
	reconciliation: string,
	spec: Body,
): Promise<Body[]> {
	const view = await project.client.post(
		`${project.path}/reconciliations/${reconciliation}/views`,
		spec,
	);
	const rows: Body[] = [];
	while (rows.length < view.total) {
		const page = `${project.path}/views/${view.view}/rows?offset=${rows.length}&limit=500`;
		rows.push(...(await project.client.get(page)).items);
	}
	return rows;
}

/** A whole file as a source's first dataset; its mapping's fields go by the columns' names. */
export async function datasetByColumns(
	project: Project,
	source: string,
	name: string,
	content: string | Uint8Array,
	types: Record<string, string>,
): Promise<Body> {
	const file = await upload(project, source, name, content);
	const { proposal } = await datasetOf(project, file);
	const fields = Object.entries(types).map(([field, type]) => ({ field, type, column: field }));
	await project.client.post(
		`${project.path}/sources/${source}/mappings`,
		{ mapping: { ...proposal.mapping, fields } },
		{ "idempotency-key": idempotencyKey() },
	);
	return until(
		"mapped dataset",
		() => datasetOf(project, file),
		(d) => d.state === "ready" || d.state === "unreadable",
	);
}

/** A file that the API serves, byte for byte. */
export async function download(client: Client, path: string): Promise<Response> {
	return fetch(client.origin + path, { headers: client.headers("GET", false) });
}

export function finishedJob(project: Project, job: string, seconds = 60): Promise<Body> {
	return until(
		"job",
		() => project.client.get(`${project.path}/jobs/${job}`),
		(j) => settledJob.includes(j.state),
		seconds,
	);
}
