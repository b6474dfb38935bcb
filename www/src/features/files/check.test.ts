import { describe, expect, test } from "vitest";
import { accept_attribute, refuse_file } from "./check";

const limits = { max_bytes: 1000, types: ["csv", ".TSV"] };

describe("refuse_file", () => {
	test.each([
		["an empty file", "a.csv", 0, "file_empty"],
		["a byte too many", "a.csv", 1001, "too_large"],
		["another type", "a.exe", 10, "file_type"],
		["no type at all", "csv", 10, "file_type"],
		["a hidden file", ".csv", 10, "file_type"],
		["the largest allowed", "a.csv", 1000, null],
		["upper case", "A.CSV", 10, null],
		["a second type", "a.tsv", 10, null],
	])("%s", (_, name, size, code) =>
		expect(refuse_file({ name, size }, limits)?.code ?? null).toBe(code),
	);

	test("any type, when the server names none", () =>
		expect(refuse_file({ name: "a.bin", size: 1 }, { max_bytes: 10, types: [] })).toBeNull());
});

test("the chooser offers the accepted types", () =>
	expect(accept_attribute(["csv", ".tsv", "text/plain"])).toBe(".csv,.tsv,text/plain"));
