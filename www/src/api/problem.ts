/** An RFC 9457 answer of the API, or what stands in for one when no answer came. */
export interface Problem {
	/** HTTP status; 0 when the server could not be reached. */
	status: number;
	code: string;
	title: string;
	detail: string;
	request_id?: string | undefined;
	errors: ProblemField[];
	/** Seconds, from Retry-After. */
	retry_after?: number | undefined;
}

export interface ProblemField {
	/** JSON pointer into what was sent. */
	pointer: string;
	code: string;
	detail: string;
}

const UNREACHABLE: Problem = {
	status: 0,
	code: "unreachable",
	title: "The server cannot be reached.",
	detail: "Nothing was changed. Check the connection and try again.",
	errors: [],
};

function text(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}

function as_fields(value: unknown): ProblemField[] {
	if (!Array.isArray(value)) return [];
	return value.map((item: Record<string, unknown>) => ({
		pointer: text(item.pointer) ?? "",
		code: text(item.code) ?? "invalid",
		detail: text(item.detail) ?? "",
	}));
}

/** From an answer's status, headers and parsed body (whatever the body turned out to be). */
export function problem_from(status: number, headers: Headers | undefined, body: unknown): Problem {
	const doc = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
	const retry_after = Number(headers?.get("Retry-After"));
	return {
		status,
		code: text(doc.code) ?? (status >= 500 ? "unavailable" : "bad_request"),
		title: text(doc.title) ?? `The server answered with status ${status}.`,
		detail: text(doc.detail) ?? "",
		request_id: text(doc.request_id) ?? headers?.get("X-Request-Id") ?? undefined,
		errors: as_fields(doc.errors),
		retry_after: retry_after > 0 ? retry_after : undefined,
	};
}

export function unreachable(): Problem {
	return { ...UNREACHABLE };
}

export function is_problem(value: unknown): value is Problem {
	return (
		typeof value === "object" &&
		value !== null &&
		"status" in value &&
		"code" in value &&
		"errors" in value
	);
}

/** For any rejected call: the server's problem, or a stand-in that does not hide the message. */
export function to_problem(error: unknown): Problem {
	if (is_problem(error)) return error;
	const message = error instanceof Error ? error.message : "";
	return {
		status: 0,
		code: "client",
		title: "Something failed in this page.",
		detail: message,
		errors: [],
	};
}
