/* Everything the review page shows, as its URL says it. */
import type { ViewNew } from "@/api";
import {
	type RawSearch,
	search_int,
	search_list,
	search_number,
	search_text,
	search_word,
} from "@/lib/search";

type Filter = NonNullable<ViewNew["filter"]>;
type ListField = "state" | "kind" | "pass" | "break_type";

export const LISTS = ["check", "all", "left", "right"] as const;
/** check: suggested and ambiguous matches; all: every match; left, right: open items of that side. */
export type List = (typeof LISTS)[number];

export const LIST_FIELDS: readonly ListField[] = ["state", "kind", "pass", "break_type"];

export interface ReviewSearch {
	job?: string | undefined;
	list?: List | undefined;
	state?: string[] | undefined;
	kind?: string[] | undefined;
	pass?: string[] | undefined;
	break_type?: string[] | undefined;
	min?: number | undefined;
	max?: number | undefined;
	text?: string | undefined;
	/** A field of the view, "-" in front for descending. */
	sort?: string | undefined;
	row?: number | undefined;
	facets?: "on" | undefined;
}

export function review_search(raw: RawSearch): ReviewSearch {
	return {
		job: search_text(raw.job),
		list: search_word(raw.list, LISTS),
		state: search_list(raw.state),
		kind: search_list(raw.kind),
		pass: search_list(raw.pass),
		break_type: search_list(raw.break_type),
		min: search_number(raw.min, 0, 1),
		max: search_number(raw.max, 0, 1),
		text: search_text(raw.text)?.slice(0, 255),
		sort: search_text(raw.sort),
		row: search_int(raw.row, 1),
		facets: search_word(raw.facets, ["on"] as const),
	};
}

const SORTS = [
	"no",
	"date",
	"amount",
	"confidence",
	"margin",
	"status",
	"state",
	"kind",
	"pass",
	"break_type",
	"first_seen",
] as const;
export type SortField = (typeof SORTS)[number];

export interface ReviewSort {
	field: SortField;
	descending: boolean;
}

export function sort_of({ sort }: ReviewSearch): ReviewSort | null {
	const field = search_word(sort?.replace(/^-/, ""), SORTS);
	return field ? { field, descending: sort?.startsWith("-") === true } : null;
}

/** One press sorts ascending, the next descending, the third not at all. */
export function next_sort(old: ReviewSort | null, field: string): string | undefined {
	if (old?.field !== field) return field;
	return old.descending ? undefined : `-${field}`;
}

/** The view to ask for. Words that the server does not know are refused by it, with its reason. */
export function view_of(search: ReviewSearch): ViewNew {
	const list = search.list ?? "check";
	const open = list === "left" || list === "right";
	const filter: Filter = {};
	const state = search.state ?? (list === "check" ? ["suggested", "ambiguous"] : undefined);
	if (!open && state) filter.state = state as Filter["state"];
	if (!open && search.kind) filter.kind = search.kind as Filter["kind"];
	if (!open && search.pass) filter.pass = search.pass;
	if (!open && search.min !== undefined) filter.confidence_min = search.min;
	if (!open && search.max !== undefined) filter.confidence_max = search.max;
	if (open && search.break_type) filter.break_type = search.break_type as Filter["break_type"];
	if (search.text) filter.text = search.text;
	const sort = sort_of(search);
	return {
		kind: open ? "open_items" : "matches",
		...(search.job && { job: search.job }),
		...(open && { side: list }),
		...(Object.keys(filter).length > 0 && { filter }),
		...(sort && { sort: [sort] }),
	};
}

/** Only what narrows the list, not what list it is. */
export function is_filtered(search: ReviewSearch): boolean {
	return (
		LIST_FIELDS.some((field) => search[field] !== undefined) ||
		search.min !== undefined ||
		search.max !== undefined ||
		search.text !== undefined
	);
}

export function without_filters(search: ReviewSearch): ReviewSearch {
	return { job: search.job, list: search.list, sort: search.sort, facets: search.facets };
}

/** Adds or takes away one value of a list filter. */
export function toggle_value(search: ReviewSearch, field: ListField, value: string): ReviewSearch {
	const old = search[field] ?? [];
	const next = old.includes(value) ? old.filter((item) => item !== value) : [...old, value];
	return { ...search, [field]: next.length > 0 ? next : undefined, row: undefined };
}
