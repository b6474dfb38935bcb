import { describe, expect, test } from "vitest";
import {
	day_number,
	days_apart_in_words,
	format_duration,
	format_instant,
	format_relative,
} from "./dates";

describe("day_number", () => {
	test.each([
		["1970-01-01", 0],
		["1970-01-02", 1],
		["2024-02-29", 19_782],
		["2026-02-30", null],
		["2026-13-01", null],
		["03/04/2026", null],
	])("%s is %s", (day, number) => expect(day_number(day)).toBe(number));
});

describe("days_apart_in_words", () => {
	test.each([
		["2026-11-02", "2026-11-05", "3 days later"],
		["2026-11-05", "2026-11-04", "1 day earlier"],
		["2026-03-28", "2026-03-30", "2 days later"],
		["2026-11-02", "2026-11-02", "same day"],
		["2026-11-02", "soon", null],
	])("%s to %s: %s", (left, right, words) => expect(days_apart_in_words(left, right)).toBe(words));
});

describe("format_relative", () => {
	const now = Date.UTC(2026, 10, 23, 12);
	test.each([
		["2026-11-23T11:59:57Z", "just now"],
		["2026-11-23T11:59:30Z", "30 seconds ago"],
		["2026-11-23T11:57:00Z", "3 minutes ago"],
		["2026-11-23T09:00:00Z", "3 hours ago"],
		["2026-11-22T12:00:00Z", "yesterday"],
		["2026-11-25T12:00:00Z", "in 2 days"],
		["2025-11-01T12:00:00Z", "last year"],
		["never", "never"],
	])("%s is %s", (instant, words) => expect(format_relative(instant, now)).toBe(words));
});

describe("format_duration", () => {
	test.each([
		[400, "0 s"],
		[59_000, "59 s"],
		[60_000, "1 min"],
		[125_000, "2 min 5 s"],
		[3_600_000, "1 h"],
		[4_320_000, "1 h 12 min"],
		[-5, "0 s"],
	])("%i ms is %s", (ms, words) => expect(format_duration(ms)).toBe(words));
});

test("format_instant leaves what is no instant", () => {
	expect(format_instant("?")).toBe("?");
	expect(format_instant("2026-11-23T11:59:57Z", "en-GB")).toMatch(/23 Nov 2026/);
});
