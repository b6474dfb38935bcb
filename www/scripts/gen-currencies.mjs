// src/base/currency.def -> src/lib/currencies.ts: the same table in C and in the browser.
import { readFileSync, writeFileSync } from "node:fs";

const source = readFileSync(new URL("../../src/base/currency.def", import.meta.url), "utf8");
const target = new URL("../src/lib/currencies.ts", import.meta.url);
const ROW = /^CURRENCY\((\w{3}), \d+, (\d), "([^"]+)"\)/gm;

const rows = [...source.matchAll(ROW)].map(
	([, code, exponent, name]) => `\t["${code}", ${exponent}, "${name}"],`,
);
writeFileSync(
	target,
	`/* Generated from src/base/currency.def by scripts/gen-currencies.mjs; do not edit. */

/** Code, digits of the minor unit, English name; ordered by code. */
export const CURRENCIES: ReadonlyArray<readonly [string, number, string]> = [
${rows.join("\n")}
];
`,
);
