import { describe, expect, test } from "vitest";
import {
	parse_search,
	search_int,
	search_list,
	search_number,
	search_text,
	search_word,
	stringify_search,
} from "./search";

describe("the query of a URL", () => {
	test("is plain words and survives the way there and back", () => {
		const query = stringify_search({
			state: ["suggested", "ambiguous"],
			row: 12,
			text: "a b&c",
			no: undefined,
		});
		expect(query).toBe("?state=suggested,ambiguous&row=12&text=a+b%26c");
		expect(parse_search(query)).toEqual({
			state: "suggested,ambiguous",
			row: "12",
			text: "a b&c",
		});
	});
	test("is nothing when nothing is set", () =>
		expect(stringify_search({ a: undefined, b: "" })).toBe(""));
});

test("parameters are taken as what they should be, or not at all", () => {
	expect(search_text("")).toBeUndefined();
	expect(search_text(7)).toBe("7");
	expect(search_text({})).toBeUndefined();
	expect(search_int("12")).toBe(12);
	expect(search_int("-3", 1)).toBe(1);
	expect(search_int("1e9")).toBeUndefined();
	expect(search_number("0.75", 0, 1)).toBe(0.75);
	expect(search_number("7", 0, 1)).toBe(1);
	expect(search_number("x", 0, 1)).toBeUndefined();
	expect(search_word("b", ["a", "b"])).toBe("b");
	expect(search_word("c", ["a", "b"])).toBeUndefined();
	expect(search_list("a,,b")).toEqual(["a", "b"]);
	expect(search_list(["x"])).toEqual(["x"]);
	expect(search_list("")).toBeUndefined();
});
