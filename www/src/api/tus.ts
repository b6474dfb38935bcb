/*
 * tus 1.0 from the browser: a file goes up in parts, each answered by the offset that the server has
 * stored. After a broken part the server is asked where it stands (HEAD) and the rest follows, so that
 * nothing is sent twice. Refusals are final and carry the server's problem; a lost connection, 5xx and
 * 429 are retried with a growing pause.
 */
import { csrf_token, refresh_session } from "./base";
import { type Problem, problem_from, unreachable } from "./problem";

const RETRIES = 6;
const FIRST_PAUSE_MS = 800;
const LONGEST_PAUSE_MS = 15_000;
const RETRIED = new Set([0, 408, 423, 429, 500, 502, 503, 504]);

export interface TusUpload {
	href: string;
	part_bytes: number;
	file: Blob;
}

export interface TusEvents {
	/** Bytes stored so far, those of the part under way included. */
	on_progress: (bytes: number) => void;
	/** A part failed and will be tried again in `ms`. */
	on_wait: (problem: Problem, ms: number) => void;
	signal: AbortSignal;
}

/** The file was moved, deleted or changed on disk since it was chosen. */
const UNREADABLE: Problem = {
	status: 400,
	code: "file_gone",
	title: "The file cannot be read any more.",
	detail: "It was moved or changed on disk. Choose it again.",
	errors: [],
};

interface Answer {
	status: number;
	headers: Headers;
	body: unknown;
}

function parse_headers(raw: string): Headers {
	const headers = new Headers();
	for (const line of raw.trim().split(/[\r\n]+/)) {
		const at = line.indexOf(":");
		if (at > 0) headers.append(line.slice(0, at).trim(), line.slice(at + 1).trim());
	}
	return headers;
}

function parse_body(text: string): unknown {
	try {
		return text ? JSON.parse(text) : undefined;
	} catch {
		return undefined;
	}
}

interface SendOptions {
	method: "HEAD" | "PATCH" | "DELETE";
	href: string;
	headers?: Readonly<Record<string, string>>;
	body?: ArrayBuffer;
	signal?: AbortSignal;
	on_sent?: (bytes: number) => void;
}

/** One request by XMLHttpRequest, the only one that reports what has been sent. Status 0: no answer. */
function send({ method, href, headers = {}, body, signal, on_sent }: SendOptions): Promise<Answer> {
	return new Promise((resolve) => {
		const request = new XMLHttpRequest();
		const done = () => {
			signal?.removeEventListener("abort", abort);
			resolve({
				status: request.status,
				headers: parse_headers(request.getAllResponseHeaders()),
				body: parse_body(request.responseText),
			});
		};
		const abort = () => request.abort();
		request.open(method, new URL(href, location.origin));
		request.setRequestHeader("Tus-Resumable", "1.0.0");
		request.setRequestHeader("X-CSRF-Token", csrf_token() ?? "");
		for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
		if (on_sent) request.upload.addEventListener("progress", (event) => on_sent(event.loaded));
		request.addEventListener("loadend", done);
		signal?.addEventListener("abort", abort);
		request.send(body ?? null);
	});
}

function offset_in(answer: Answer): number | null {
	const text = answer.headers.get("Upload-Offset");
	const offset = Number(text);
	return text !== null && Number.isSafeInteger(offset) && offset >= 0 ? offset : null;
}

function problem_in({ status, headers, body }: Answer): Problem {
	return status === 0 ? unreachable() : problem_from(status, headers, body);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener("abort", () => {
			clearTimeout(timer);
			resolve();
		});
	});
}

/** The offset the server has stored, or the problem that says why there is none. */
async function stored_offset(upload: TusUpload, signal: AbortSignal): Promise<number | Problem> {
	const answer = await send({ method: "HEAD", href: upload.href, signal });
	const offset = offset_in(answer);
	if (answer.status >= 200 && answer.status < 300 && offset !== null) return offset;
	return problem_in(answer);
}

async function send_part(
	upload: TusUpload,
	offset: number,
	{ on_progress, signal }: TusEvents,
): Promise<number | Problem> {
	const part = await upload.file
		.slice(offset, offset + upload.part_bytes)
		.arrayBuffer()
		.catch(() => null);
	if (part === null) return { ...UNREADABLE };
	const answer = await send({
		method: "PATCH",
		href: upload.href,
		headers: {
			"Content-Type": "application/offset+octet-stream",
			"Upload-Offset": String(offset),
		},
		body: part,
		signal,
		on_sent: (bytes) => on_progress(offset + Math.min(bytes, part.byteLength)),
	});
	if (answer.status >= 200 && answer.status < 300)
		return offset_in(answer) ?? offset + part.byteLength;
	return problem_in(answer);
}

/** Sends what the server lacks. Resolves when all of it is stored; rejects with a Problem. */
export async function tus_send(upload: TusUpload, events: TusEvents): Promise<void> {
	const { signal, on_progress, on_wait } = events;
	let offset: number | null = null;
	let failures = 0;
	while (!signal.aborted && (offset === null || offset < upload.file.size)) {
		const result: number | Problem =
			offset === null
				? await stored_offset(upload, signal)
				: await send_part(upload, offset, events);
		if (signal.aborted) break;
		if (typeof result === "number") {
			failures = result === offset ? failures + 1 : 0;
			offset = result;
			on_progress(offset);
			if (failures <= RETRIES) continue;
			throw unreachable();
		}
		failures += 1;
		const renewed = result.status === 401 && failures === 1 && (await refresh_session());
		const out_of_step = result.code === "upload_offset";
		if (!renewed && !out_of_step && !RETRIED.has(result.status)) throw result;
		if (failures > RETRIES) throw result;
		if (!renewed) {
			const ms = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
			on_wait(result, ms);
			await pause(ms, signal);
		}
		offset = null;
	}
}

/** Tells the server to forget an upload; best effort, it expires anyway. */
export async function tus_terminate(href: string): Promise<void> {
	await send({ method: "DELETE", href });
}
