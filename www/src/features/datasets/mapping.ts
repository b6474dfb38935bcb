/*
 * Confirming a mapping, without the screen: which column means what, as one choice per column, and the
 * way back to the mapping that is sent. What the person does not touch stays as it was proposed.
 */
import type { Mapping, MappingField, Proposal, ProposalColumn, ProposalQuestion } from "@/api";

export interface Meaning {
	id: string;
	label: string;
	field: string;
	type: MappingField["type"];
}

export const UNUSED = "";

export const MEANINGS: readonly Meaning[] = [
	{ id: "date", label: "Date", field: "date", type: "date" },
	{ id: "value_date", label: "Value date", field: "value_date", type: "date" },
	{ id: "amount", label: "Amount", field: "amount", type: "amount" },
	{ id: "amount_negated", label: "Amount, sign reversed", field: "amount", type: "amount" },
	{ id: "debit", label: "Amount: debit", field: "amount", type: "amount" },
	{ id: "credit", label: "Amount: credit", field: "amount", type: "amount" },
	{ id: "marker", label: "Amount: debit or credit mark", field: "amount", type: "amount" },
	{ id: "currency", label: "Currency", field: "currency", type: "currency" },
	{ id: "reference", label: "Reference", field: "reference", type: "code" },
	{ id: "text", label: "Text", field: "text", type: "text" },
	{ id: "party", label: "Other party", field: "party", type: "text" },
	{ id: "account", label: "Account", field: "account", type: "code" },
];

/** Meaning by column name; a column that is left out is kept as text and not compared. */
export type Choices = Readonly<Record<string, string>>;

const AMOUNT_PARTS: Readonly<Record<string, readonly string[]>> = {
	debit_credit: ["debit", "credit"],
	credit_debit: ["credit", "debit"],
	marker: ["amount", "marker"],
	negate: ["amount_negated"],
	plain: ["amount"],
};

function columns_of(field: MappingField): readonly string[] {
	return field.columns ?? (field.column === undefined ? [] : [field.column]);
}

export function choices_of(mapping: Mapping): Choices {
	const choices: Record<string, string> = {};
	for (const field of mapping.fields) {
		const parts = field.field === "amount" ? AMOUNT_PARTS[field.sign ?? "plain"] : undefined;
		for (const [at, column] of columns_of(field).entries()) {
			choices[column] = parts?.[at] ?? field.field;
		}
	}
	return choices;
}

/** "document_no" -> "Document no" */
function in_words(field: string): string {
	const words = field.replaceAll("_", " ");
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The known meanings and whatever else the proposal brought. */
export function meanings_of(proposal: Proposal): Meaning[] {
	const known = new Set(MEANINGS.map(({ field }) => field));
	const others = proposal.mapping.fields.filter(({ field }) => !known.has(field));
	return [
		...MEANINGS,
		...others.map(({ field, type }) => ({ id: field, label: in_words(field), field, type })),
	];
}

function place(columns: readonly string[]): Pick<MappingField, "column" | "columns"> {
	return columns.length === 1 ? { column: columns[0] } : { columns: [...columns] };
}

/** The amount field that a set of choices describes, or null when there is none. */
function amount_field(
	base: MappingField | undefined,
	by: Map<string, string[]>,
): MappingField | null {
	const first = (meaning: string) => by.get(meaning)?.[0];
	const rest = base ?? { field: "amount", type: "amount" as const };
	const { column: _column, columns: _columns, sign: _sign, ...kept } = rest;
	const debit = first("debit");
	const credit = first("credit");
	if (debit !== undefined && credit !== undefined) {
		return { ...kept, columns: [debit, credit], sign: "debit_credit" };
	}
	const amount = first("amount");
	const marker = first("marker");
	if (amount !== undefined && marker !== undefined) {
		return { ...kept, columns: [amount, marker], sign: "marker" };
	}
	if (amount !== undefined) return { ...kept, column: amount, sign: "plain" };
	const negated = first("amount_negated");
	if (negated !== undefined) return { ...kept, column: negated, sign: "negate" };
	return null;
}

/** The mapping to send: the proposed one with the person's choices. */
export function apply_choices(
	mapping: Mapping,
	choices: Choices,
	meanings: readonly Meaning[],
): Mapping {
	const by = new Map<string, string[]>();
	for (const [column, meaning] of Object.entries(choices)) {
		if (meaning !== UNUSED) by.set(meaning, [...(by.get(meaning) ?? []), column]);
	}
	const bases = new Map(mapping.fields.map((field) => [field.field, field]));
	const fields: MappingField[] = [];
	for (const { id, field, type } of meanings) {
		if (field === "amount") {
			const amount = id === "amount" ? amount_field(bases.get("amount"), by) : null;
			if (amount) fields.push(amount);
			continue;
		}
		const columns = by.get(id);
		if (!columns) continue;
		const { column: _column, columns: _columns, ...kept } = bases.get(field) ?? { field, type };
		fields.push({ ...kept, ...place(columns) });
	}
	return { ...mapping, fields };
}

/** What keeps a mapping from being confirmed, in words; empty when nothing does. */
export function faults_of(choices: Choices): string[] {
	const used = Object.values(choices);
	const count = (meaning: string) => used.filter((item) => item === meaning).length;
	const faults: string[] = [];
	const amounts = count("amount") + count("amount_negated");
	const pair = count("debit") + count("credit");
	if (amounts + pair === 0) faults.push("Choose the column that holds the amount.");
	if (amounts > 1) faults.push("Only one column can be the amount.");
	if (pair > 0 && (count("debit") !== 1 || count("credit") !== 1)) {
		faults.push("Debit and credit come as a pair: choose one column for each.");
	}
	if (amounts > 0 && pair > 0) faults.push("Choose either an amount or debit and credit.");
	if (count("date") === 0) faults.push("Choose the column that holds the date.");
	for (const single of ["date", "value_date", "currency", "marker"]) {
		if (count(single) > 1) faults.push(`Only one column can be the ${single.replace("_", " ")}.`);
	}
	return faults;
}

/** Sets the member that a JSON pointer names, on a copy. */
export function set_at_pointer<Doc>(doc: Doc, pointer: string, value: unknown): Doc {
	const [head, ...rest] = pointer.replace(/^\//, "").split("/");
	if (head === undefined || head === "") return doc;
	const name = head.replaceAll("~1", "/").replaceAll("~0", "~");
	const copy = (Array.isArray(doc) ? [...doc] : { ...doc }) as Record<string, unknown>;
	copy[name] = rest.length === 0 ? value : set_at_pointer(copy[name] ?? {}, rest.join("/"), value);
	return copy as Doc;
}

export function apply_answers(
	mapping: Mapping,
	questions: readonly ProposalQuestion[],
	answers: Readonly<Record<string, string>>,
): Mapping {
	return questions.reduce((doc, { pointer }) => {
		const answer = answers[pointer];
		return answer === undefined ? doc : set_at_pointer(doc, pointer, answer);
	}, mapping);
}

const ORDERS: Readonly<
	Record<string, readonly ["y" | "m" | "d", "y" | "m" | "d", "y" | "m" | "d"]>
> = {
	ymd: ["y", "m", "d"],
	dmy: ["d", "m", "y"],
	mdy: ["m", "d", "y"],
};

/** A sample as it would be read under a date order: an ISO day, or null. */
export function read_date(sample: string, order: string): string | null {
	const parts = sample.trim().match(/^(\d{1,4})[./\- ](\d{1,2})[./\- ](\d{1,4})/);
	const names = ORDERS[order];
	if (!parts || !names) return null;
	const found = { y: "", m: "", d: "" };
	for (const [at, name] of names.entries()) found[name] = parts[at + 1] ?? "";
	const year = found.y.length === 2 ? `20${found.y}` : found.y;
	const [month, day] = [Number(found.m), Number(found.d)];
	if (year.length !== 4 || month < 1 || month > 12 || day < 1 || day > 31) return null;
	return `${year}-${found.m.padStart(2, "0")}-${found.d.padStart(2, "0")}`;
}

/** A date sample that reads differently under the given orders, to show what is asked. */
export function telling_sample(columns: readonly ProposalColumn[], orders: readonly string[]) {
	const samples = columns.filter(({ type }) => type === "date").flatMap(({ samples: all }) => all);
	return samples.find((sample) => {
		const days = orders.map((order) => read_date(sample, order));
		return days.every((day) => day !== null) && new Set(days).size === orders.length;
	});
}
