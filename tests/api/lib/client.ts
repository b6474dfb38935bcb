// An HTTP client as a browser or an integration would be: cookies, CSRF echo, problem documents.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Problem {
	type: string;
	title: string;
	status: number;
	code: string;
	detail: string;
	request_id: string;
	errors: { pointer: string; code: string; detail: string }[];
}

// biome-ignore lint/suspicious/noExplicitAny: answers are checked against the OpenAPI document, not by tsc
export type Body = any;

export interface Answer {
	status: number;
	headers: Headers;
	body: Body;
}

export interface CallOptions {
	json?: unknown;
	body?: Uint8Array | string;
	headers?: Record<string, string>;
	/** Takes "too many requests" for an answer instead of waiting and asking again. */
	hurried?: boolean;
}

const PATIENCE = 30;

export class RequestFailed extends Error {
	readonly answer: Answer;

	constructor(method: string, path: string, answer: Answer) {
		super(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
		this.answer = answer;
	}
}

export class Client {
	readonly cookies = new Map<string, string>();
	readonly origin: string;
	bearer: string | null = null;

	constructor(origin: string) {
		this.origin = origin;
	}

	/** One request; refreshes an expired access token once, as the front end does, and waits as long
	 * as the server says when an address or a person has sent too many. */
	async call(method: Method, path: string, options: CallOptions = {}): Promise<Answer> {
		const answer = await this.#patient(method, path, options);
		if (answer.status !== 401 || answer.body?.code !== "token_expired") return answer;
		await this.#send("POST", "/api/v1/auth/refresh", {});
		return this.#send(method, path, options);
	}

	/** As call, but throws unless the status is a 2xx, and returns the body alone. */
	async want(method: Method, path: string, options: CallOptions = {}): Promise<Body> {
		const answer = await this.call(method, path, options);
		if (answer.status < 200 || answer.status > 299) throw new RequestFailed(method, path, answer);
		return answer.body;
	}

	get(path: string): Promise<Body> {
		return this.want("GET", path);
	}

	post(path: string, json?: unknown, headers: Record<string, string> = {}): Promise<Body> {
		return this.want("POST", path, { json: json ?? {}, headers });
	}

	/** All items of a list, page by page. */
	async list(path: string): Promise<Body[]> {
		const items: Body[] = [];
		let cursor: string | null = null;
		do {
			const page: Body = await this.get(
				cursor
					? `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`
					: path,
			);
			items.push(...page.items);
			cursor = page.next_cursor;
		} while (cursor);
		return items;
	}

	async #patient(method: Method, path: string, options: CallOptions): Promise<Answer> {
		for (let tries = 0; ; tries++) {
			const answer = await this.#send(method, path, options);
			const rate = answer.status === 429 && (answer.body?.code ?? "rate") === "rate";
			if (!rate || options.hurried || tries === PATIENCE) return answer;
			await sleep(1000 * Number(answer.headers.get("retry-after") ?? 1));
		}
	}

	async #send(method: Method, path: string, options: CallOptions): Promise<Answer> {
		const response = await fetch(this.origin + path, {
			method,
			headers: { ...this.headers(method, options.json !== undefined), ...options.headers },
			body: options.json !== undefined ? JSON.stringify(options.json) : options.body,
			redirect: "manual",
		} as RequestInit);
		this.#keepCookies(response.headers);
		const text = await response.text();
		const isJson = /^application\/(problem\+)?json/.test(
			response.headers.get("content-type") ?? "",
		);
		return {
			status: response.status,
			headers: response.headers,
			body: isJson && text ? JSON.parse(text) : text,
		};
	}

	headers(method: Method, json: boolean): Record<string, string> {
		const headers: Record<string, string> = {};
		const unsafe = method !== "GET" && method !== "HEAD";
		if (json) headers["content-type"] = "application/json";
		if (this.bearer) headers.authorization = `Bearer ${this.bearer}`;
		if (this.cookies.size > 0) {
			headers.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
			if (unsafe) headers["x-csrf-token"] = this.cookies.get("__Host-csrf") ?? "";
		}
		if (unsafe && !this.bearer) {
			headers.origin = this.origin;
			headers["sec-fetch-site"] = "same-origin";
		}
		return headers;
	}

	#keepCookies(headers: Headers) {
		for (const line of headers.getSetCookie()) {
			const [pair = "", ...attributes] = line.split(/;\s*/);
			const at = pair.indexOf("=");
			const name = pair.slice(0, at);
			if (attributes.some((a) => /^max-age=0$/i.test(a))) this.cookies.delete(name);
			else this.cookies.set(name, pair.slice(at + 1));
		}
	}
}

export const idempotencyKey = () => randomUUID();
