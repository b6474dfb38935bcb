import { describe, expect, test } from "vitest";
import type { Mapping } from "@/api";
import { proposal } from "@/test/data";
import {
	apply_answers,
	apply_choices,
	choices_of,
	faults_of,
	meanings_of,
	read_date,
	set_at_pointer,
	telling_sample,
} from "./mapping";

const meanings = meanings_of(proposal);

describe("choices", () => {
	test("say what the proposal says, column by column", () =>
		expect(choices_of(proposal.mapping)).toEqual({
			Booked: "date",
			Amount: "amount",
			Memo: "text",
			"Memo 2": "text",
		}));

	test("that stay as they are give the proposal back", () =>
		expect(apply_choices(proposal.mapping, choices_of(proposal.mapping), meanings)).toEqual(
			proposal.mapping,
		));

	test.each<[string, Record<string, string>, object]>([
		["a reversed sign", { A: "amount_negated" }, { column: "A", sign: "negate" }],
		["a pair", { C: "credit", D: "debit" }, { columns: ["D", "C"], sign: "debit_credit" }],
		["a mark", { A: "amount", M: "marker" }, { columns: ["A", "M"], sign: "marker" }],
	])("can make the amount %s", (_, choices, field) => {
		const { fields } = apply_choices(proposal.mapping, choices, meanings);
		expect(fields).toEqual([{ field: "amount", type: "amount", ...field }]);
	});

	test("keep what a proposed field says beyond its columns", () => {
		const mapping: Mapping = {
			...proposal.mapping,
			fields: [
				{ field: "fee", type: "amount", column: "Fee", scale: 4 } as Mapping["fields"][number],
			],
		};
		const known = meanings_of({ ...proposal, mapping });
		expect(apply_choices(mapping, { Charge: "fee" }, known).fields).toEqual([
			{ field: "fee", type: "amount", column: "Charge", scale: 4 },
		]);
	});

	test("of debit and credit come back from a mapping", () => {
		const mapping: Mapping = {
			...proposal.mapping,
			fields: [{ field: "amount", type: "amount", columns: ["S", "H"], sign: "debit_credit" }],
		};
		expect(choices_of(mapping)).toEqual({ S: "debit", H: "credit" });
	});
});

describe("faults_of", () => {
	test.each<[string, Record<string, string>, RegExp | null]>([
		["nothing wrong", { A: "amount", D: "date" }, null],
		["no amount", { D: "date" }, /holds the amount/],
		["no date", { A: "amount" }, /holds the date/],
		["two amounts", { A: "amount", B: "amount", D: "date" }, /Only one column can be the amount/],
		["half a pair", { A: "debit", D: "date" }, /come as a pair/],
		["both ways", { A: "amount", B: "debit", C: "credit", D: "date" }, /either an amount or/],
		["two dates", { A: "amount", D: "date", E: "date" }, /Only one column can be the date/],
	])("%s", (_, choices, fault) => {
		const faults = faults_of(choices);
		if (fault === null) expect(faults).toEqual([]);
		else expect(faults.join(" ")).toMatch(fault);
	});
});

describe("answers", () => {
	test("go where their question points", () =>
		expect(
			apply_answers(proposal.mapping, proposal.questions, { "/date_order": "mdy" }).date_order,
		).toBe("mdy"));

	test("change a copy, at any depth", () => {
		const doc = { a: { "b/c": [1, 2] } };
		expect(set_at_pointer(doc, "/a/b~1c/1", 9)).toEqual({ a: { "b/c": [1, 9] } });
		expect(doc.a["b/c"]).toEqual([1, 2]);
		expect(set_at_pointer(doc, "", 1)).toBe(doc);
	});
});

describe("dates", () => {
	test.each([
		["03/04/2026", "dmy", "2026-04-03"],
		["03/04/2026", "mdy", "2026-03-04"],
		["2026-04-03", "ymd", "2026-04-03"],
		["3.4.26", "dmy", "2026-04-03"],
		["25/12/2026", "mdy", null],
		["soon", "dmy", null],
		["03/04/2026", "?", null],
	])("%s read %s is %s", (sample, order, day) => expect(read_date(sample, order)).toBe(day));

	test("the sample that is shown tells the orders apart", () => {
		expect(telling_sample(proposal.columns, ["dmy", "mdy"])).toBe("03/04/2026");
		expect(telling_sample([], ["dmy", "mdy"])).toBeUndefined();
	});
});
