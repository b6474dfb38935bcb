/*
 * The one way to the server: every generated endpoint runs through this base query. It adds the
 * double-submit token, turns every failure into a Problem, and renews the access token once when the
 * server says that it has expired, however many requests found that out at the same time.
 */
import type { BaseQueryFn, FetchArgs, FetchBaseQueryError } from "@reduxjs/toolkit/query";
import { createApi, fetchBaseQuery } from "@reduxjs/toolkit/query/react";
import { type Problem, problem_from, unreachable } from "./problem";
import { session_expired } from "./session";

const CSRF_COOKIE = "__Host-csrf";
const REFRESH = "/api/v1/auth/refresh";
/** Answers 401 mean something else than an expired token on these. */
const NO_REFRESH = [
	"/api/v1/auth/sign-in",
	"/api/v1/auth/second-factor",
	"/api/v1/auth/redeem",
	REFRESH,
];
/** What somebody typed was wrong; the session is as it was. */
const NO_EXPIRY = ["bad_credentials", "bad_second_factor"];

export function csrf_token(): string | undefined {
	const entry = document.cookie.split("; ").find((item) => item.startsWith(`${CSRF_COOKIE}=`));
	return entry ? decodeURIComponent(entry.slice(CSRF_COOKIE.length + 1)) : undefined;
}

const raw_query = fetchBaseQuery({
	baseUrl: location.origin,
	credentials: "same-origin",
	timeout: 30_000,
	prepareHeaders: (headers, { type }) => {
		headers.set("Accept", "application/json");
		const token = csrf_token();
		if (token && type === "mutation") headers.set("X-CSRF-Token", token);
		return headers;
	},
	// A list in a query travels comma-joined (OpenAPI: style form, explode false).
	paramsSerializer: (params) => {
		const query = new URLSearchParams();
		for (const [name, value] of Object.entries(params)) {
			if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
		}
		return query.toString();
	},
});

function as_problem(error: FetchBaseQueryError, headers: Headers | undefined): Problem {
	if (typeof error.status === "number") return problem_from(error.status, headers, error.data);
	if (error.status === "PARSING_ERROR") {
		return problem_from(error.originalStatus, headers, undefined);
	}
	return unreachable();
}

function is_expiry(error: FetchBaseQueryError | undefined): boolean {
	if (error?.status !== 401) return false;
	const { code } = (error.data ?? {}) as { code?: string };
	return !NO_EXPIRY.includes(code ?? "");
}

let refreshing: Promise<boolean> | undefined;

/** Renews the access token; concurrent callers share one request. */
export function refresh_session(): Promise<boolean> {
	refreshing ??= fetch(new URL(REFRESH, location.origin), {
		method: "POST",
		credentials: "same-origin",
		headers: { Accept: "application/json", "X-CSRF-Token": csrf_token() ?? "" },
	})
		.then((response) => response.ok)
		.catch(() => false)
		.finally(() => {
			refreshing = undefined;
		});
	return refreshing;
}

const query: BaseQueryFn<string | FetchArgs, unknown, Problem> = async (args, store, extra) => {
	const url = typeof args === "string" ? args : args.url;
	const with_token = { ...store, type: is_safe(args) ? store.type : ("mutation" as const) };
	let result = await raw_query(args, with_token, extra);
	if (is_expiry(result.error) && !NO_REFRESH.includes(url)) {
		if (await refresh_session()) result = await raw_query(args, with_token, extra);
		if (is_expiry(result.error)) store.dispatch(session_expired());
	}
	if (result.error) return { error: as_problem(result.error, result.meta?.response?.headers) };
	return { data: result.data };
};

function is_safe(args: string | FetchArgs): boolean {
	return typeof args === "string" || ["GET", "HEAD"].includes(args.method ?? "GET");
}

export const api = createApi({
	reducerPath: "api",
	baseQuery: query,
	keepUnusedDataFor: 120,
	refetchOnReconnect: true,
	endpoints: () => ({}),
});
