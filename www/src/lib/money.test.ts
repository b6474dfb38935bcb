import { describe, expect, test } from "vitest";
import {
	difference_in_words,
	exponent_of,
	format_money,
	is_negative,
	minor_of,
	money_difference,
	to_decimal,
} from "./money";

describe("exponent_of", () => {
	test.each([
		["EUR", 2],
		["eur", 2],
		["JPY", 0],
		["KWD", 3],
		["XXQ", 2],
	])("%s has %i digits", (currency, digits) => expect(exponent_of(currency)).toBe(digits));
});

describe("to_decimal", () => {
	test.each([
		["0", 2, "0.00"],
		["5", 2, "0.05"],
		["-5", 2, "-0.05"],
		["123456", 2, "1234.56"],
		["123456", 0, "123456"],
		["1234", 3, "1.234"],
		["nonsense", 2, "nonsense"],
	])("%s with %i digits is %s", (minor, exponent, decimal) =>
		expect(to_decimal(minor, exponent)).toBe(decimal),
	);
});

describe("format_money", () => {
	test.each([
		["grouped", "123456789", "EUR", "1,234,567.89"],
		["with a true minus", "-100", "EUR", "\u22121.00"],
		["without digits for yen", "1234567", "JPY", "1,234,567"],
		[
			"every digit of a number beyond doubles",
			"1234567890123456789012",
			"EUR",
			"12,345,678,901,234,567,890.12",
		],
		["as it came when it is no number", "?", "EUR", "?"],
	])("%s", (_, minor, currency, text) =>
		expect(format_money({ minor, currency }, "en")).toBe(text),
	);

	test("in the reader's locale", () =>
		expect(format_money({ minor: "123456", currency: "EUR" }, "de")).toBe("1.234,56"));
});

describe("differences", () => {
	const eur = (minor: string) => ({ minor, currency: "EUR" });
	test.each([
		["1000", "1100", "1.00 more"],
		["1000", "968", "0.32 less"],
		["-1000", "-1000", "equal"],
		["9007199254740993", "9007199254740994", "0.01 more"],
	])("from %s to %s: %s", (left, right, words) => {
		const difference = money_difference(eur(left), eur(right));
		expect(difference && difference_in_words(difference, "en")).toBe(words);
	});

	test("of two currencies there is none", () =>
		expect(money_difference(eur("1"), { minor: "1", currency: "USD" })).toBeNull());
});

test("minor_of takes what is no number as nothing", () => {
	expect(minor_of("12")).toBe(12n);
	expect(minor_of("1.2")).toBe(0n);
	expect(is_negative("-0")).toBe(false);
	expect(is_negative("-1")).toBe(true);
});
