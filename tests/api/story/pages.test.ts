// Lists by number: the last page is known to be it, and no page is empty.
import { beforeAll, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { newPerson, newProject, newReconciliation, newSource, type Project } from "../lib/story.ts";

const mapping = {
	format: "csv",
	dialect: { delimiter: ",", quote: '"', encoding: "utf-8", header_row: 1 },
	decimal: ".",
	thousands: "",
	date_order: "ymd",
	currency: "EUR",
	fields: [{ field: "amount", type: "amount", column: "Amount" }],
};
const ruleset = (name: string) => ({
	ruleset: 1,
	name,
	currency: "each alone",
	left: { label: "Left", balance: "amount" },
	right: { label: "Right", balance: "amount" },
	fields: { amount: { type: "amount", left: "amount", right: "amount" } },
	// biome-ignore lint/suspicious/noThenProperty: a word of the ruleset's grammar
	passes: [{ name, stage: 1, kind: "1:1", when: { amount: "same" }, then: { suggest: {} } }],
});

let project: Project;
const lists: Record<string, string> = {};

beforeAll(async () => {
	project = await newProject((await newPerson("pages")).client);
	const left = await newSource(project, "ledger");
	const right = await newSource(project, "bank");
	const reconciliation = await newReconciliation(project, left.id, right.id);
	lists.mappings = `${project.path}/sources/${left.id}/mappings`;
	lists.rulesets = `${project.path}/reconciliations/${reconciliation.id}/rulesets`;
	for (const currency of ["EUR", "USD", "GBP", "CHF"]) {
		await project.client.post(lists.mappings, { mapping: { ...mapping, currency } });
		await project.client.post(lists.rulesets, { ruleset: ruleset(currency) });
	}
});

describe.each(["mappings", "rulesets"])("four versions of %s", (list) => {
	const versions = (page: Body) => page.items.map((item: Body) => item.version);
	const get = (query: string) => project.client.get(`${lists[list]}?${query}`);

	test("come newest first, and a page that is as long as the list is the only one", async () => {
		const page = await get("limit=4");
		expect(versions(page)).toEqual([4, 3, 2, 1]);
		expect(page.next_cursor).toBeNull();
	});

	test("are cut where the page ends and go on there", async () => {
		const first = await get("limit=2");
		expect(versions(first)).toEqual([4, 3]);
		const second = await get(`limit=2&cursor=${encodeURIComponent(first.next_cursor)}`);
		expect(versions(second)).toEqual([2, 1]);
		expect(second.next_cursor).toBeNull();
		const all = await project.client.list(`${lists[list]}?limit=3`);
		expect(all.map((item) => item.version)).toEqual([4, 3, 2, 1]);
	});
});
