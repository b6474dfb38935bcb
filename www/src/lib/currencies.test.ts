import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CURRENCIES } from "./currencies";

test("the table is the one that C uses (scripts/gen-currencies.mjs)", () => {
	const source = readFileSync("../src/base/currency.def", "utf8");
	const rows = [...source.matchAll(/^CURRENCY\((\w{3}), \d+, (\d), "([^"]+)"\)/gm)];
	expect(rows.length).toBeGreaterThan(100);
	expect(CURRENCIES).toEqual(rows.map(([, code, digits, name]) => [code, Number(digits), name]));
});
