/*
 * The uploads of this tab. They go on while the person visits other pages, two at a time, and can be
 * paused and resumed. Files themselves stay outside the store (they are not serialisable).
 */
import { to_problem } from "./problem";
import type { AppDispatch, RootState } from "./state";
import { api } from "./tags";
import { tus_send, tus_terminate } from "./tus";
import { type UploadEntry, upload_added, upload_changed, upload_removed } from "./uploads_state";

interface Handle {
	file: File;
	href: string | null;
	part_bytes: number;
	abort: AbortController;
}

type Thunk<Result = void> = (dispatch: AppDispatch, state: () => RootState) => Result;

const handles = new Map<string, Handle>();

/*
 * Where an upload was going, by what the file is, for as long as the tab lives: after a reload the same
 * file, chosen again, goes on instead of starting anew. The place is worth nothing without the session.
 */
const PLACE = "recon-upload:";

function place_key(entry: UploadEntry, file: File): string {
	return `${PLACE}${entry.project}/${entry.repairs ?? entry.source}/${entry.size}/${file.lastModified}/${entry.name}`;
}

function remembered_place(key: string): { href: string; part_bytes: number } | null {
	const [part_bytes, href] = sessionStorage.getItem(key)?.split(" ") ?? [];
	return href && Number(part_bytes) > 0 ? { href, part_bytes: Number(part_bytes) } : null;
}
const AT_ONCE = 2;
const PAINT_MS = 100;
const RATE_MS = 4000;
const HASHED_BYTES = 64_000_000;

async function sha256_hex(file: File): Promise<string | undefined> {
	if (file.size > HASHED_BYTES || !globalThis.crypto?.subtle) return undefined;
	const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
	return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Tells the store about progress at most ten times a second, with a rate. */
function progress_reporter(id: string, dispatch: AppDispatch) {
	const samples: Array<{ at: number; bytes: number }> = [];
	let painted = 0;
	return (sent: number) => {
		const at = performance.now();
		samples.push({ at, bytes: sent });
		while (samples.length > 2 && at - (samples[0]?.at ?? at) > RATE_MS) samples.shift();
		if (at - painted < PAINT_MS) return;
		painted = at;
		const first = samples[0];
		const seconds = first ? (at - first.at) / 1000 : 0;
		const rate = first && seconds > 0 ? Math.max(0, (sent - first.bytes) / seconds) : 0;
		dispatch(upload_changed({ id, sent, rate, status: "sending" }));
	};
}

/** Books the upload with the server, once. */
function book(entry: UploadEntry, handle: Handle): Thunk<Promise<string>> {
	return async (dispatch) => {
		if (handle.href) return handle.href;
		const key = place_key(entry, handle.file);
		const place = remembered_place(key);
		sessionStorage.removeItem(key);
		if (place) {
			Object.assign(handle, place);
			return place.href;
		}
		const sha256 = await sha256_hex(handle.file);
		const upload = await dispatch(
			api.endpoints.uploadCreate.initiate({
				project: entry.project,
				uploadNew: {
					source: entry.source,
					name: entry.name,
					size: entry.size,
					sha256,
					repairs: entry.repairs,
				},
			}),
		).unwrap();
		handle.href = upload.href;
		handle.part_bytes = upload.part_bytes;
		sessionStorage.setItem(key, `${upload.part_bytes} ${upload.href}`);
		dispatch(upload_changed({ id: entry.id, file: upload.file }));
		return upload.href;
	};
}

function run(entry: UploadEntry, handle: Handle): Thunk<Promise<void>> {
	return async (dispatch) => {
		const { id } = entry;
		try {
			const href = await dispatch(book(entry, handle));
			await tus_send(
				{ href, part_bytes: handle.part_bytes, file: handle.file },
				{
					signal: handle.abort.signal,
					on_progress: progress_reporter(id, dispatch),
					on_wait: (problem) =>
						dispatch(upload_changed({ id, status: "retrying", rate: 0, problem })),
				},
			);
			if (handle.abort.signal.aborted) return;
			sessionStorage.removeItem(place_key(entry, handle.file));
			dispatch(upload_changed({ id, status: "done", sent: entry.size, rate: 0, problem: null }));
			handles.delete(id);
		} catch (error) {
			const problem = to_problem(error);
			// An upload that the server has forgotten starts anew when it is tried again.
			if (problem.status === 404 || problem.status === 410) handle.href = null;
			dispatch(upload_changed({ id, status: "failed", rate: 0, problem }));
		}
		dispatch(api.util.invalidateTags(entry.repairs ? ["file", "repair"] : ["file"]));
	};
}

function pump(): Thunk {
	return (dispatch, state) => {
		const { entries } = state().uploads;
		const busy = entries.filter(({ status }) => status === "sending" || status === "retrying");
		const waiting = entries.filter(({ status }) => status === "waiting").reverse();
		for (const entry of waiting.slice(0, Math.max(0, AT_ONCE - busy.length))) {
			const handle = handles.get(entry.id);
			if (!handle) continue;
			dispatch(upload_changed({ id: entry.id, status: "sending", problem: null }));
			dispatch(run(entry, handle)).finally(() => dispatch(pump()));
		}
	};
}

export interface UploadTarget {
	project: string;
	source: string;
	/** The dataset whose rejected rows the file repairs. */
	repairs?: string;
}

/** Queues a file that has passed the checks. */
export function start_upload(file: File, target: UploadTarget): Thunk {
	return (dispatch) => {
		const id = crypto.randomUUID();
		handles.set(id, { file, href: null, part_bytes: 0, abort: new AbortController() });
		dispatch(
			upload_added({
				id,
				...target,
				name: file.name,
				size: file.size,
				sent: 0,
				status: "waiting",
				rate: 0,
				problem: null,
				file: null,
			}),
		);
		dispatch(pump());
	};
}

export function pause_upload(id: string): Thunk {
	return (dispatch) => {
		handles.get(id)?.abort.abort();
		dispatch(upload_changed({ id, status: "paused", rate: 0 }));
		dispatch(pump());
	};
}

/** Goes on where the server stands; also the retry of a failed one. */
export function resume_upload(id: string): Thunk {
	return (dispatch) => {
		const handle = handles.get(id);
		if (!handle) return;
		handle.abort = new AbortController();
		dispatch(upload_changed({ id, status: "waiting", problem: null }));
		dispatch(pump());
	};
}

/** Drops it here and, unless it is complete, on the server. */
export function remove_upload(id: string): Thunk {
	return (dispatch) => {
		const handle = handles.get(id);
		handle?.abort.abort();
		if (handle?.href) {
			tus_terminate(handle.href).then(() => dispatch(api.util.invalidateTags(["file"])));
		}
		handles.delete(id);
		dispatch(upload_removed(id));
		dispatch(pump());
	};
}
