import { describe, expect, test } from "vitest";
import { match, open_item, record } from "@/test/data";
import {
	agreement_of,
	amount_delta,
	date_delta,
	dates_of,
	differing_pieces,
	is_match,
	sum_of,
	title_of,
} from "./model";

const eur = (minor: string) => ({ amount: { minor, currency: "EUR" } });

test("rows are told apart", () => {
	expect(is_match(match(1))).toBe(true);
	expect(is_match(open_item(1))).toBe(false);
});

describe("a side of several records", () => {
	const side = [
		record("left", 1, { ...eur("9007199254740993"), date: "2026-11-30" }),
		record("left", 2, { ...eur("2"), date: "2026-11-03" }),
	];
	test("has an exact sum", () =>
		expect(sum_of(side)).toEqual({ minor: "9007199254740995", currency: "EUR" }));
	test("of two currencies has none", () =>
		expect(
			sum_of([record("left", 1), record("left", 2, { amount: { minor: "1", currency: "USD" } })]),
		).toBeNull());
	test("of nothing has none", () => expect(sum_of([])).toBeNull());
	test("names its days and itself", () => {
		expect(dates_of(side)).toBe("2026-11-03 – 30");
		expect(dates_of([record("left", 1), record("left", 2)])).toBe("2026-11-02");
		expect(dates_of([])).toBe("");
		expect(title_of(side)).toBe("2 records: INV-1 · Invoice 1");
		expect(title_of([])).toBe("");
		expect(title_of([record("left", 1, { reference: null })])).toBe("Invoice 1");
	});
});

describe("differences in words", () => {
	const from = [record("left", 1, { ...eur("1000"), date: "2026-11-02" })];
	test.each([
		["1100", "1.00 more", false],
		["900", "1.00 less", false],
		["1000", "equal", true],
	])("an amount of %s is %s", (minor, text, equal) =>
		expect(amount_delta(from, [record("right", 1, eur(minor))])).toEqual({ text, equal }),
	);
	test("no amount, no difference", () =>
		expect(amount_delta(from, [record("right", 1, { amount: null })])).toBeNull());
	test("days", () => {
		expect(date_delta(from, [record("right", 1, { date: "2026-11-05" })])).toEqual({
			text: "3 days later",
			equal: false,
		});
		expect(date_delta(from, [record("right", 1, { date: null })])).toBeNull();
		expect(date_delta([...from, ...from], from)).toBeNull();
	});
});

test("only the words that the other side lacks are marked", () => {
	expect(differing_pieces("Acme invoice 4711", "ACME 4712")).toEqual([
		{ text: "Acme ", marked: false },
		{ text: "invoice 4711", marked: true },
	]);
	expect(differing_pieces("RE-1, paid", "(re-1)")).toEqual([
		{ text: "RE-1, ", marked: false },
		{ text: "paid", marked: true },
	]);
	expect(differing_pieces("", "x")).toEqual([]);
});

describe("agreement_of", () => {
	test.each([
		["equal values", "a", "a", 3, "full"],
		["a likeness", "a", "b", 0.5, "partial"],
		["evidence against", "a", "b", -2, "none"],
		["nothing on one side", null, "b", 0, "missing"],
	] as const)("%s", (_, left, right, bits, agreement) =>
		expect(agreement_of({ left, right, bits, level: "some" })).toBe(agreement),
	);
});
