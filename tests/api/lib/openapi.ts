// docs/openapi.json as the tests use it: its operations, and a check of any answer against it.
import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Answer, Method } from "./client.ts";

interface Schema {
	$ref?: string;
	type?: string;
	properties?: Record<string, Schema>;
	required?: string[];
	additionalProperties?: boolean | Schema;
	enum?: string[];
	format?: string;
	items?: Schema;
	minLength?: number;
	maximum?: number;
}

interface Parameter {
	in: "path" | "query" | "header";
	name: string;
	required: boolean;
	schema: Schema;
}

interface Response {
	description: string;
	content?: Record<string, { schema: Schema }>;
}

export interface Operation {
	id: string;
	method: Method;
	path: string;
	permission: string;
	public: boolean;
	parameters: Parameter[];
	/** Media type of the body; null without one. */
	takes: string | null;
	input: Schema | null;
	responses: Record<string, Response>;
}

interface Described {
	operationId: string;
	"x-permission": string;
	security?: unknown[];
	parameters: Parameter[];
	requestBody?: { content: Record<string, { schema: Schema }> };
	responses: Record<string, Response>;
}

const document = JSON.parse(
	readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8"),
) as {
	paths: Record<string, Record<string, Described>>;
	components: { schemas: Record<string, Schema> };
};

export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
	Object.entries(methods).map(([method, described]) => {
		const body = Object.entries(described.requestBody?.content ?? {})[0];
		return {
			id: described.operationId,
			method: method.toUpperCase() as Method,
			path,
			permission: described["x-permission"],
			public: described.security !== undefined,
			parameters: described.parameters,
			takes: body?.[0] ?? null,
			input: body?.[0] === "application/json" ? body[1].schema : null,
			responses: described.responses,
		};
	}),
);

export function operation(id: string): Operation {
	const found = operations.find((one) => one.id === id);
	if (!found) throw new Error(`no operation ${id}`);
	return found;
}

const resolved = (schema: Schema): Schema =>
	schema.$ref
		? resolved(document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {})
		: schema;

/** Some value that a schema accepts. */
export function sample(schema: Schema): unknown {
	const s = resolved(schema);
	if (s.enum) return s.enum[0];
	if (s.type === "object")
		return Object.fromEntries(
			(s.required ?? []).map((name) => [name, sample(s.properties?.[name] ?? {})]),
		);
	if (s.type === "array") return [sample(s.items ?? {})];
	if (s.type === "integer" || s.type === "number") return 1;
	if (s.type === "boolean") return true;
	if (s.format === "uuid") return "0190a1b2-0000-7000-8000-0123456789ab";
	if (s.format === "email") return "nobody@example.test";
	return "EUR";
}

const ajv = new Ajv2020({
	strict: false,
	formats: {
		uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
		date: /^\d{4}-\d{2}-\d{2}$/,
		"date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/,
		email: /^[^\s@]+@[^\s@]+$/,
		password: true,
		binary: true,
	},
});
ajv.addSchema({ $id: "doc:", components: document.components });
const compiled = new Map<string, ValidateFunction>();

function validator(schema: Schema): ValidateFunction {
	const text = JSON.stringify(schema).replaceAll("#/components", "doc:#/components");
	let found = compiled.get(text);
	if (!found) {
		found = ajv.compile(JSON.parse(text));
		compiled.set(text, found);
	}
	return found;
}

/** What is wrong with an answer by the document; null when nothing is. */
export function fault(op: Operation, answer: Answer): string | null {
	const described = op.responses[String(answer.status)];
	if (!described) return `${op.id}: status ${answer.status} is not described`;
	const type = answer.headers.get("content-type");
	const contents = Object.entries(described.content ?? {});
	const content = contents.find(([form]) => form === type) ?? contents[0];
	if (!content) return answer.body === "" ? null : `${op.id}: a body with status ${answer.status}`;
	if (op.method === "HEAD") return null;
	if (type !== content[0]) return `${op.id}: ${type} instead of ${content[0]}`;
	const check = validator(content[1].schema);
	if (check(answer.body)) return null;
	return `${op.id} ${answer.status}: ${ajv.errorsText(check.errors)}: ${JSON.stringify(answer.body)}`;
}
