import { describe, expect, test } from "vitest";
import {
	is_filtered,
	next_sort,
	type ReviewSearch,
	review_search,
	sort_of,
	toggle_value,
	view_of,
	without_filters,
} from "./search";

describe("the view that a URL asks for", () => {
	test.each<[string, ReviewSearch, object]>([
		["what is to check", {}, { kind: "matches", filter: { state: ["suggested", "ambiguous"] } }],
		["every match", { list: "all" }, { kind: "matches" }],
		["open items of a side", { list: "right" }, { kind: "open_items", side: "right" }],
		[
			"open items by reason",
			{ list: "left", break_type: ["overdue"], state: ["confirmed"] },
			{ kind: "open_items", side: "left", filter: { break_type: ["overdue"] } },
		],
		[
			"matches narrowed down",
			{ list: "all", kind: ["1:n"], pass: ["p"], min: 0.7, max: 0.9, text: "acme", job: "j" },
			{
				kind: "matches",
				job: "j",
				filter: {
					kind: ["1:n"],
					pass: ["p"],
					confidence_min: 0.7,
					confidence_max: 0.9,
					text: "acme",
				},
			},
		],
		[
			"sorted",
			{ list: "all", sort: "-confidence" },
			{ kind: "matches", sort: [{ field: "confidence", descending: true }] },
		],
		["sorted by nonsense", { list: "all", sort: "nonsense" }, { kind: "matches" }],
	])("%s", (_, search, view) => expect(view_of(search)).toEqual(view));
});

test("a URL is read with care", () => {
	expect(
		review_search({
			list: "all",
			state: "a,b",
			min: "2",
			row: "0",
			text: "x".repeat(300),
			sort: 7,
			facets: "?",
		}),
	).toEqual({
		job: undefined,
		list: "all",
		state: ["a", "b"],
		kind: undefined,
		pass: undefined,
		break_type: undefined,
		min: 1,
		max: undefined,
		text: "x".repeat(255),
		sort: "7",
		row: 1,
		facets: undefined,
	});
});

test("sorting goes up, down, off", () => {
	const up = next_sort(null, "date");
	expect(up).toBe("date");
	expect(next_sort(sort_of({ sort: up }), "date")).toBe("-date");
	expect(next_sort(sort_of({ sort: "-date" }), "date")).toBeUndefined();
	expect(next_sort(sort_of({ sort: "-date" }), "amount")).toBe("amount");
});

test("filters are added, taken away and cleared", () => {
	const one = toggle_value({ list: "all", row: 9 }, "kind", "1:n");
	expect(one).toEqual({ list: "all", kind: ["1:n"], row: undefined });
	expect(is_filtered(one)).toBe(true);
	expect(toggle_value(one, "kind", "1:n").kind).toBeUndefined();
	expect(is_filtered(without_filters(one))).toBe(false);
	expect(is_filtered({ list: "left", sort: "date", row: 3 })).toBe(false);
});
