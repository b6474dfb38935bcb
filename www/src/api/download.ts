/*
 * Files that the server makes: fetched with the session's cookies, renewed once where the token has
 * expired, and handed to the browser as a download under the name that the server gave it.
 */
import { refresh_session } from "./base";
import { problem_from, unreachable } from "./problem";

/** The name in a Content-Disposition header, as RFC 8187 has it. */
export function file_name(disposition: string | null): string {
	const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? "")?.[1];
	try {
		return encoded ? decodeURIComponent(encoded) : "download";
	} catch {
		return "download";
	}
}

function get(path: string): Promise<Response> {
	return fetch(new URL(path, location.origin), { credentials: "same-origin" }).catch(() => {
		throw unreachable();
	});
}

/** Throws a Problem. */
export async function download(path: string): Promise<void> {
	let response = await get(path);
	if (response.status === 401 && (await refresh_session())) response = await get(path);
	if (!response.ok) {
		const body: unknown = await response.json().catch(() => undefined);
		throw problem_from(response.status, response.headers, body);
	}
	// A download that breaks off rejects here; half a file is never saved.
	const blob = await response.blob().catch(() => {
		throw unreachable();
	});
	const url = URL.createObjectURL(blob);
	const link = document.createElement("a");
	link.href = url;
	link.download = file_name(response.headers.get("Content-Disposition"));
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
