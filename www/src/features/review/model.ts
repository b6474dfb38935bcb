/* Rows of the review grid, seen by the screen: sums, names, differences in words. */
import type { MatchRow, Money, OpenItemRow, Record as Row } from "@/api";
import { days_apart_in_words } from "@/lib/dates";
import { difference_in_words, minor_of, money_difference } from "@/lib/money";
import { plural } from "@/lib/numbers";

export type ReviewRow = MatchRow | OpenItemRow;

export function is_match(row: ReviewRow): row is MatchRow {
	return "match" in row;
}

/** The sum of a side, when all of it is one currency. */
export function sum_of(records: readonly Row[]): Money | null {
	const [first] = records;
	const currency = first?.amount?.currency;
	if (!currency) return null;
	let minor = 0n;
	for (const { amount } of records) {
		if (amount?.currency !== currency) return null;
		minor += minor_of(amount.minor);
	}
	return { minor: minor.toString(), currency };
}

/** How much of a later day its reader knows from the earlier one: nothing, the year, the month. */
function shared_prefix(from: string, to: string): number {
	const month = "2026-11-".length;
	const year = "2026-".length;
	return [month, year].find((size) => from.slice(0, size) === to.slice(0, size)) ?? 0;
}

/** "2026-11-03" or "2026-11-03 – 07" over several records. */
export function dates_of(records: readonly Row[]): string {
	const days = records.flatMap(({ date }) => (date ? [date] : [])).sort();
	const [first] = days;
	const last = days.at(-1);
	if (!first || !last || first === last) return first ?? "";
	return `${first} – ${last.slice(shared_prefix(first, last))}`;
}

/** What a side is called in one line. */
export function title_of(records: readonly Row[]): string {
	const [first] = records;
	if (!first) return "";
	const words = [first.reference, first.text].filter(Boolean).join(" · ");
	return records.length > 1 ? `${plural(records.length, "record")}: ${words}` : words;
}

export interface Delta {
	text: string;
	equal: boolean;
}

/** How the right amount differs from the left one, in words; null when it cannot be said. */
export function amount_delta(left: readonly Row[], right: readonly Row[]): Delta | null {
	const [from, to] = [sum_of(left), sum_of(right)];
	const difference = from && to && money_difference(from, to);
	if (!difference) return null;
	return { text: difference_in_words(difference), equal: minor_of(difference.minor) === 0n };
}

export function date_delta(left: readonly Row[], right: readonly Row[]): Delta | null {
	const [from, to] = [left[0]?.date, right[0]?.date];
	if (left.length !== 1 || right.length !== 1 || !from || !to) return null;
	const text = days_apart_in_words(from, to);
	return text === null ? null : { text, equal: from === to };
}

export interface Piece {
	text: string;
	marked: boolean;
}

/** A word without its case and the punctuation around it. */
function bare_word(word: string): string {
	return word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

/** The parts of `text` that `other` does not have, by words, for marking. */
export function differing_pieces(text: string, other: string): Piece[] {
	const words = new Set(other.split(/\s+/).map(bare_word));
	const pieces: Piece[] = [];
	for (const part of text.split(/(\s+)/)) {
		if (part === "") continue;
		const marked = part.trim() !== "" && !words.has(bare_word(part));
		const last = pieces.at(-1);
		if (last && (last.marked === marked || part.trim() === "")) last.text += part;
		else pieces.push({ text: part, marked });
	}
	return pieces;
}

export type Agreement = "full" | "partial" | "none" | "missing";

const NO_AGREEMENT_BITS = 0;

/** From the evidence's words and bits: what agrees, almost agrees, speaks against, or is not there. */
export function agreement_of(comparison: {
	left: string | null;
	right: string | null;
	level: string;
	bits: number;
}): Agreement {
	const { left, right, level, bits } = comparison;
	if (left === null || right === null) return "missing";
	if (left === right || level === "equal") return "full";
	return bits > NO_AGREEMENT_BITS ? "partial" : "none";
}
