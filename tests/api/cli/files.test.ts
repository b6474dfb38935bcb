// `recon read` and `recon match`: files in, files out, no server.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Ended, newFolder, recon } from "../lib/command.ts";
import { instance } from "../lib/instance.ts";

const sample = join(dirname(instance.dev), "tests/data/sample");
const ledger = join(sample, "ledger.csv");
const bank = join(sample, "bank.csv");
const folder = newFolder();
const file = (name: string, content: string | Buffer) => folder.write(name, content);
const place = (name: string) => join(folder.path, name);
const read = (path: string) => readFileSync(path, "utf8");

/** Rows of one of our CSV files as objects; its cells contain no line breaks. */
function rows(path: string): Record<string, string>[] {
	const [head = "", ...lines] = read(path).trimEnd().split("\n");
	const names = head.split(",");
	return lines.map((line) => {
		const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) =>
			(m[1] ?? "").replace(/^"|"$/g, "").replaceAll('""', '"'),
		);
		return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
	});
}

function refused(ended: Ended, code: number, said: string) {
	expect(ended.err).toContain(said);
	expect(ended.out).toBe("");
	expect(ended.code).toBe(code);
}

describe("files that cannot be used are refused by name", () => {
	const cases: [label: string, path: string, code: number, said: string][] = [
		["no bytes", file("empty.csv", ""), 3, "empty.csv: The file is empty. (file_empty)"],
		[
			"a binary renamed .csv",
			file(
				"binary.csv",
				Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 255, 254, 0]),
			),
			3,
			"binary.csv: ",
		],
		["a file that is not there", place("nowhere.csv"), 3, "nowhere.csv: No such file"],
		["a folder", folder.path, 3, "is not a file"],
	];
	test.each(cases)("read: %s", (_label, path, code, said) =>
		refused(recon("read", path), code, said),
	);
	test.each(cases)("match: %s", (_label, path, code, said) => {
		refused(recon("match", ledger, path), code, said);
		refused(recon("match", path, bank), code, said);
	});
});

describe("export", () => {
	const lines = Array.from(
		{ length: 30 },
		(_, i) => `2026-11-0${1 + (i % 9)},R${i},plain,-${i}.50`,
	);
	const table = file(
		"mixed.csv",
		[
			"Date,Reference,Description,Amount",
			...lines,
			"2026-11-01,007,=1+1,2.00",
			"2026-11-02,R9,x,no number",
			"",
		].join("\n"),
	);

	test.each(["csv", "xlsx"])("to %s opens no formula and reads as it was", (format) => {
		const out = place(`out.${format}`);
		const ended = recon("export", table, out);
		expect([ended.code, ended.err]).toEqual([0, ""]);
		if (format === "csv") {
			expect(read(out)).toContain(`"'=1+1"`);
			expect(read(out)).toMatch(/^-29\.50,|,-29\.50(,|$)/m);
		}
		const shown = (path: string) =>
			JSON.parse(recon("read", path, "--json").out).rows.map(
				(row: { fields: Record<string, string> }) => [
					row.fields.date,
					row.fields.reference,
					row.fields.text,
					row.fields.amount,
				],
			);
		expect(shown(out)).toEqual(shown(table));
	});

	test("of rejected rows gives their line, the reason and the cells", () => {
		const out = place("rejects.csv");
		expect(recon("export", table, out, "--rejects").code).toBe(0);
		const [head, row] = read(out).split("\n");
		expect(head).toBe("recon: line,recon: column,recon: reason,Date,Reference,Description,Amount");
		expect(row).toMatch(/^33,Amount,.*,2026-11-02,R9,x,no number$/);
	});

	test("what cannot be written leaves no file", () => {
		refused(recon("export", place("nowhere.csv"), place("x.csv")), 3, "nowhere.csv: No such file");
		expect(existsSync(place("x.csv"))).toBe(false);
		const ended = recon("export", table, place("no/such/folder.csv"));
		expect(ended.code).not.toBe(0);
		expect(recon("export", table).code).toBe(2);
	});
});

describe("wrong usage ends with 2", () => {
	const cases: [string, string[]][] = [
		["read without a file", ["read"]],
		["read of two files", ["read", ledger, bank]],
		["read with an unknown option", ["read", ledger, "--fast"]],
		["match with one file", ["match", ledger]],
		["match with three", ["match", ledger, bank, bank]],
		["match with an unknown option", ["match", ledger, bank, "--fast"]],
		["match with no thread", ["match", ledger, bank, "--threads", "0"]],
		["match with threads that are no number", ["match", ledger, bank, "--threads", "many"]],
		["an option without its value", ["match", ledger, bank, "--out"]],
	];
	test.each(cases)("%s", (_label, args) => {
		const ended = recon(...args);
		expect(ended.code).toBe(2);
		expect(ended.err).toMatch(/usage: recon|is no option|needs a value/);
	});
});

describe("read", () => {
	const good = Array.from({ length: 20 }, (_, i) => `2026-02-${10 + (i % 10)},${i}.00,row ${i}`);
	const some = ["2026-01-02,10.00,one", "2026-01-03,twelve,two", "2026-01-04,-3.50,three"];
	const money = file("money.csv", `Date,Amount,Text\n${[...some, ...good].join("\n")}\n`);

	test("says what a file is taken for and counts its rows", () => {
		const ended = recon("read", bank);
		expect(ended).toMatchObject({ code: 0, err: "" });
		expect(ended.out).toContain("csv, utf-8, delimiter ';', header in row 1");
		expect(ended.out).toContain("decimal mark ,, dates dmy");
		expect(ended.out).toMatch(/amount +amount +from Betrag, Soll\/Haben \(marker\)/);
		expect(ended.out).toMatch(/\d+ rows read = 2941 accepted \+ 0 rejected/);
	});

	test("names the rows that it rejects", () => {
		const ended = recon("read", money);
		expect(ended.code).toBe(0);
		expect(ended.out).toMatch(/= 22 accepted \+ 1 rejected/);
		expect(ended.out).toMatch(/line 3 .*twelve/);
	});

	test("shows no more than twenty of them", () => {
		const right = Array.from({ length: 900 }, (_, i) => `2026-01-02,${i}.00,good`);
		const bad = Array.from({ length: 25 }, () => "2026-01-02,x,bad");
		const path = file("rejects.csv", `Date,Amount,Text\n${[...right, ...bad].join("\n")}\n`);
		const ended = recon("read", path);
		expect(ended.out.match(/^ {2}line /gm)).toHaveLength(20);
		expect(ended.out).toContain("  and 5 more\n");
	});

	test("asks what it cannot know", () => {
		const path = file("days.csv", "Date,Amount\n01/02/2026,1.00\n03/04/2026,2.00\n");
		expect(recon("read", path).out).toContain("To be confirmed: ");
	});

	test("prints rows, rejects and the proposal as JSON", () => {
		const ended = recon("read", money, "--json", "--kind", "ledger");
		const said = JSON.parse(ended.out);
		expect(said).toMatchObject({ rows_accepted: 22, rows_rejected: 1 });
		expect(said.rows).toHaveLength(22);
		expect(said.rows[1]).toMatchObject({
			line: 4,
			fields: { amount: "-3.50", date: "2026-01-04" },
		});
		expect(said.rejects[0]).toMatchObject({ line: "3" });
		expect(said.proposal.mapping.format).toBe("csv");
	});

	test("takes a mapping that was proposed, and one that leaves a column out", () => {
		const { mapping } = JSON.parse(recon("read", money, "--json").out).proposal;
		const path = file("mapping.json", JSON.stringify(mapping));
		expect(recon("read", money, "--mapping", path, "--json").out).toContain('"rows_accepted":22');
		const fewer = {
			...mapping,
			fields: mapping.fields.filter((f: { field: string }) => f.field === "amount"),
		};
		const left = file("fewer.json", JSON.stringify(fewer));
		const [row] = JSON.parse(recon("read", money, "--mapping", left, "--json").out).rows;
		expect(row.fields).toEqual({ amount: "10.00" });
		expect(row.other.Text).toBe("one");
	});

	test("refuses a mapping that is none, is too large, or names what is not there", () => {
		const { mapping } = JSON.parse(recon("read", money, "--json").out).proposal;
		mapping.fields[0].column = "Betrag";
		const cases: [string, string, number, string][] = [
			["none.json", "{", 3, "none.json: "],
			["twice.json", '{"format":"csv","format":"csv"}', 3, "(json_duplicate_key)"],
			["large.json", " ".repeat(4 << 20), 4, "is too large for a mapping"],
			["column.json", JSON.stringify(mapping), 3, "no column 'Betrag'"],
		];
		for (const [name, text, code, said] of cases)
			refused(recon("read", money, "--mapping", file(name, text)), code, said);
		refused(recon("read", money, "--mapping", place("nothing.json")), 3, "nothing.json: ");
	});
});

describe("match on the sample", () => {
	const out = place("result");
	const ended = recon("match", ledger, bank, "--out", out, "--threads", "2");

	test("prints what matched, what is open, and that the money balances", () => {
		expect(ended).toMatchObject({ code: 0, err: "" });
		for (const side of ["left ", "right"]) {
			expect(ended.out).toMatch(new RegExp(`rows  ${side} read \\d+, rejected 0, matched \\d+`));
			expect(ended.out).toMatch(new RegExp(`money ${side} EUR .*  balanced\n`));
		}
		expect(ended.out).not.toContain("NOT BALANCED");
	});

	test("writes its files and nothing beside them", () => {
		expect(readdirSync(out).sort()).toEqual([
			"allocations.csv",
			"matches.csv",
			"model.json",
			"open_left.csv",
			"open_right.csv",
			"receipt.json",
		]);
	});

	test("a row is a member of one match or open, never both, and none is lost", () => {
		const [left, right] = [new Map<string, string>(), new Map<string, string>()];
		for (const match of rows(join(out, "matches.csv")))
			for (const [side, members] of [
				[left, match.left_rows],
				[right, match.right_rows],
			] as const)
				for (const row of (members ?? "").split(";").filter(Boolean)) {
					expect(match.status === "ambiguous" || !side.has(row), `row ${row}`).toBe(true);
					side.set(row, match.match_id ?? "");
				}
		for (const [side, name, total] of [
			[left, "open_left.csv", 2984],
			[right, "open_right.csv", 2941],
		] as const) {
			const open = rows(join(out, name));
			for (const { row = "" } of open) expect(side.has(row), `${name} ${row}`).toBe(false);
			expect(side.size + open.length).toBe(total);
		}
	});

	test("allocations of a match sum to what its rows say", () => {
		const money = new Map<string, bigint>();
		const minor = (text = "") => BigInt(text.replace(".", ""));
		for (const { match_id = "", amount } of rows(join(out, "allocations.csv")))
			money.set(match_id, (money.get(match_id) ?? 0n) + minor(amount));
		const amounts = read(ledger)
			.trim()
			.split("\n")
			.slice(1)
			.map((line) => minor(line.split(",").at(-2)));
		for (const match of rows(join(out, "matches.csv"))) {
			// A partial one takes less than its rows are worth.
			if (match.difference !== "0.00" || match.kind === "partial") continue;
			const sum = (match.left_rows ?? "")
				.split(";")
				.reduce((n, row) => n + (amounts[Number(row) - 1] ?? 0n), 0n);
			expect(money.get(match.match_id ?? ""), `match ${match.match_id}`).toBe(sum);
		}
	});

	test("the receipt names the files by what is in them", () => {
		const receipt = JSON.parse(read(join(out, "receipt.json")));
		const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
		expect(receipt.hashed.left).toMatchObject({ sha256: hash(ledger), rows_accepted: 2984 });
		expect(receipt.hashed.right).toMatchObject({ sha256: hash(bank), rows_accepted: 2941 });
		for (const money of receipt.hashed.identities.money) expect(money.holds).toBe(true);
	});

	test("the number of threads and a second run change nothing but the time", () => {
		const one = place("one");
		expect(recon("match", ledger, bank, "--out", one, "--threads", "1", "--quiet")).toEqual({
			code: 0,
			out: "",
			err: "",
		});
		for (const name of readdirSync(out).filter((n) => n.endsWith(".csv")))
			expect(read(join(one, name)) === read(join(out, name)), name).toBe(true);
		const hashed = (dir: string) => JSON.parse(read(join(dir, "receipt.json"))).hashed;
		expect(hashed(one)).toEqual(hashed(out));
	});
});

describe("match with rules", () => {
	const left = file(
		"left.csv",
		"No,Date,Ref,Amount,Currency\n1,2026-01-02,A1,10.00,EUR\n2,2026-01-03,A2,20.00,EUR\n" +
			"3,2026-01-04,A3,30.00,EUR\n4,2026-01-05,A4,7.00,USD\n5,2026-01-06,A5,5.00,EUR\n",
	);
	const right = file(
		"right.csv",
		"No,Date,Ref,Amount,Currency\n1,2026-01-02,A1,10.00,EUR\n2,2026-01-03,B2,50.00,EUR\n" +
			"3,2026-01-05,A4,7.00,USD\n4,2026-01-06,A5,5.02,EUR\n",
	);
	const fields = {
		amount: { type: "amount", left: "Amount", right: "Amount" },
		date: { type: "date", left: "Date", right: "Date" },
		ref: { type: "code", left: "Ref", right: "Ref" },
	};
	const ruleset = (passes: object[]) => ({
		ruleset: 1,
		name: "Test",
		currency: "each alone",
		left: { label: "left", balance: "amount" },
		right: { label: "right", balance: "amount" },
		fields,
		passes,
	});
	const then = { confirm: { confidence: 0.5 }, suggest: { confidence: 0.1 } };
	const exact = {
		name: "exact",
		stage: 1,
		kind: "1:1",
		when: { ref: "same", amount: "same" },
		then,
	};
	const near = {
		name: "near",
		stage: 2,
		kind: "1:1",
		when: { ref: "same", amount: { within: "0.05" } },
		// biome-ignore lint/suspicious/noThenProperty: a word of the ruleset's grammar
		then: { suggest: { confidence: 0.1 } },
	};

	test("a pass matches what it admits and nothing else; currencies stand beside amounts", () => {
		const rules = file("exact.json", JSON.stringify(ruleset([exact])));
		const out = place("exact");
		expect(recon("match", left, right, "--rules", rules, "--out", out).code).toBe(0);
		const pairs = rows(join(out, "matches.csv")).map((m) => `${m.left_rows}=${m.right_rows}`);
		expect(pairs.sort()).toEqual(["1=1", "4=3"]);
		const amounts = rows(join(out, "allocations.csv")).map((a) => a.amount);
		expect(amounts.sort()).toEqual(["10.00 EUR", "7.00 USD"]);
		expect(rows(join(out, "open_left.csv")).map((o) => o.row)).toEqual(["2", "3", "5"]);
		expect(rows(join(out, "open_right.csv")).map((o) => o.row)).toEqual(["2", "4"]);
	});

	test("a difference within the tolerance is shown with its sign, and never confirmed here", () => {
		const rules = file("near.json", JSON.stringify(ruleset([exact, near])));
		const out = place("near");
		expect(recon("match", left, right, "--rules", rules, "--out", out).code).toBe(0);
		const match = rows(join(out, "matches.csv")).find((m) => m.pass === "near");
		expect(match).toMatchObject({ left_rows: "5", right_rows: "4", status: "suggested" });
		expect(match?.difference).toMatch(/^-0\.02/);
	});

	test("a proposal is written and nothing else; used as rules it is accepted", () => {
		const seed = place("seed.json");
		const out = place("unwritten");
		const ended = recon("match", ledger, bank, "--seed-rules", seed, "--out", out, "--quiet");
		expect(ended).toEqual({ code: 0, out: "", err: "" });
		expect(existsSync(out)).toBe(false);
		expect(JSON.parse(read(seed)).ruleset).toBe(1);
		expect(recon("match", ledger, bank, "--rules", seed, "--quiet").code).toBe(0);
	});

	test("rows that the reader rejected keep their numbers", () => {
		const gap = file(
			"gap.csv",
			"No,Date,Ref,Amount,Currency\n0,2026-01-02,X,none,EUR\n1,2026-01-02,A1,10.00,EUR\n",
		);
		const rules = file("gap.json", JSON.stringify(ruleset([exact])));
		const out = place("gap");
		expect(recon("match", gap, right, "--rules", rules, "--out", out).code).toBe(0);
		expect(rows(join(out, "matches.csv")).map((m) => [m.left_rows, m.right_rows])).toEqual([
			["2", "1"],
		]);
	});

	test("rules that cannot hold are refused with the place", () => {
		const unknown = ruleset([{ ...exact, when: { nothing: "same" } }]);
		const column = {
			...ruleset([exact]),
			fields: { ...fields, ref: { ...fields.ref, left: "Reference" } },
		};
		const cases: [string, string, number, string][] = [
			["broken.json", '{"ruleset":1,', 3, "broken.json: "],
			["twice.json", '{"ruleset":1,"ruleset":1}', 3, "twice.json: "],
			["unknown.json", JSON.stringify(unknown), 3, "at /passes/0/when"],
			["column.json", JSON.stringify(column), 3, "'Reference'"],
			["large.json", " ".repeat((4 << 20) + 1), 4, "is too large for a ruleset"],
		];
		for (const [name, text, code, said] of cases)
			refused(recon("match", left, right, "--rules", file(name, text)), code, said);
		refused(recon("match", left, right, "--rules", place("nowhere.json")), 3, "nowhere.json: ");
	});

	test("a folder that cannot be made is an error, and so is a file in its place", () => {
		const rules = file("place.json", JSON.stringify(ruleset([exact])));
		const taken = file("taken", "");
		for (const out of [join(folder.path, "no", "such", "folder"), taken]) {
			const ended = recon("match", left, right, "--rules", rules, "--out", out);
			expect(ended.err).toContain(out);
			expect(ended.code).not.toBe(0);
		}
		expect(read(taken)).toBe("");
		writeFileSync(place("blocked"), "");
		const seed = recon("match", left, right, "--seed-rules", join(place("blocked"), "rules.json"));
		expect(seed.code).not.toBe(0);
	});
});

describe("duplicates in one file", () => {
	const people = Array.from({ length: 300 }, (_, i) => {
		const name = `${["Ada", "Ben", "Cleo", "Dan", "Eve"][i % 5]} ${["Stone", "Rivers", "Marsh"][i % 3]} ${1000 + i * 7}`;
		const street = `${i * 13} ${["Oak", "Elm", "Ash", "Fir"][i % 4]} Street`;
		const line = (n: string) => `${n},${street},19${10 + (i % 80)}-0${1 + (i % 9)}-11`;
		return i % 4 === 0 ? [line(name), line(name.replace("e", "a"))] : [line(name)];
	}).flat();
	const path = file("people.csv", `name,street,born\n${people.join("\n")}\n`);

	test("what was learned is kept, and given back it only scores", () => {
		const first = recon("match", path, "--dedupe", "--out", place("same"), "--quiet");
		expect(first).toMatchObject({ code: 0, err: "" });
		const model = join(place("same"), "model.json");
		const again = recon(
			...["match", path, "--dedupe", "--out", place("again"), "--quiet", "--model", model],
		);
		expect(again).toMatchObject({ code: 0, err: "" });
		expect(read(join(place("again"), "clusters.csv"))).toBe(
			read(join(place("same"), "clusters.csv")),
		);
		const { hashed } = JSON.parse(read(join(place("again"), "receipt.json")));
		expect(hashed.model_sha256).toBe(createHash("sha256").update(read(model)).digest("hex"));
		const damaged = file("damaged.json", read(model).replace('"compared_as"', '"compared"'));
		refused(recon("match", path, "--dedupe", "--model", damaged), 3, "does not fit the fields");
	});
});
