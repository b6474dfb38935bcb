/*
 * Page state lives in the URL as plain words: ?status=suggested,ambiguous&row=12. These read one
 * parameter, whether it comes from the address bar (text) or from a typed navigation (the value).
 */

export type RawSearch = Record<string, unknown>;

export function parse_search(query: string): RawSearch {
	return Object.fromEntries(new URLSearchParams(query));
}

export function stringify_search(search: RawSearch): string {
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(search)) {
		const text = Array.isArray(value) ? value.join(",") : String(value ?? "");
		if (text !== "") params.set(name, text);
	}
	// Commas and colons are readable and allowed in a query.
	const query = params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
	return query ? `?${query}` : "";
}

export function search_text(value: unknown): string | undefined {
	const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
	return text === "" ? undefined : text;
}

export function search_int(value: unknown, low = 0, high = Number.MAX_SAFE_INTEGER) {
	const text = search_text(value);
	if (text === undefined || !/^-?\d{1,15}$/.test(text)) return undefined;
	return Math.min(Math.max(Number(text), low), high);
}

export function search_number(value: unknown, low: number, high: number): number | undefined {
	const text = search_text(value);
	const number = Number(text);
	return text === undefined || Number.isNaN(number)
		? undefined
		: Math.min(Math.max(number, low), high);
}

export function search_word<Word extends string>(
	value: unknown,
	words: readonly Word[],
): Word | undefined {
	return words.find((word) => word === value);
}

export function search_list(value: unknown): string[] | undefined {
	const items = Array.isArray(value) ? value.map(String) : (search_text(value)?.split(",") ?? []);
	const kept = items.filter((item) => item !== "");
	return kept.length > 0 ? kept : undefined;
}
