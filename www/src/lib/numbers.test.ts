import { describe, expect, test } from "vitest";
import {
	format_bytes,
	format_compact,
	format_confidence,
	format_count,
	format_percent,
	plural,
} from "./numbers";

test("counts are grouped and rates are short", () => {
	expect(format_count(1_234_567)).toBe("1,234,567");
	expect(format_compact(184_000)).toBe("184K");
	expect(format_compact(950.4)).toBe("950");
});

describe("format_bytes", () => {
	test.each([
		[0, "0 B"],
		[999, "999 B"],
		[1000, "1.0 kB"],
		[12_400_000, "12.4 MB"],
		[200_000_000, "200 MB"],
		[3e15, "3000 TB"],
	])("%i is %s", (bytes, text) => expect(format_bytes(bytes)).toBe(text));
});

describe("format_percent never claims all or nothing", () => {
	test.each([
		[0, 10, "0%"],
		[1, 100_000, "0.1%"],
		[99_999, 100_000, "99.9%"],
		[10, 10, "100%"],
		[953, 1000, "95.3%"],
		[1, 0, "–"],
	])("%i of %i is %s", (part, whole, text) => expect(format_percent(part, whole)).toBe(text));
});

test("confidence is cut, not rounded up", () => {
	expect(format_confidence(0.999)).toBe("0.99");
	expect(format_confidence(1)).toBe("1.00");
});

test("plural", () => {
	expect(plural(1, "file")).toBe("1 file");
	expect(plural(1200, "match", "matches")).toBe("1,200 matches");
});
