// Before a mapping is confirmed, a person sees what it makes of the file: the first rows beside their cells, how
// many rows are accepted and rejected, and why; for the mapping as it stands in the form.
import { beforeAll, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import { until } from "../lib/instance.ts";
import { datasetOf, newPerson, newProject, newSource, type Project, upload } from "../lib/story.ts";

const lines = Array.from({ length: 120 }, (_, i) => `0${1 + (i % 9)}/04/2026;${i},50;Invoice ${i}`);
lines[7] = "08/04/2026;seven;Invoice 7";
const text = ["Booked;Amount;Memo", ...lines, ""].join("\n");

let project: Project;
let dataset: Body;
let mapping: Body;
const path = (rest = "") => `${project.path}/datasets/${dataset.id}/previews${rest}`;

beforeAll(async () => {
	project = await newProject((await newPerson("analyst")).client);
	const source = await newSource(project, "ledger");
	dataset = await datasetOf(project, await upload(project, source.id, "ledger.csv", text));
	expect(dataset.state).toBe("needs_mapping");
	mapping = dataset.proposal.mapping;
});

async function previewed(wanted: Body): Promise<Body> {
	const made = await project.client.call("POST", path(), { json: { mapping: wanted } });
	expect([made.status, made.body.state, made.body.result]).toEqual([202, "waiting", null]);
	return until(
		"preview",
		() => project.client.get(path(`/${made.body.id}`)),
		({ state }) => state !== "waiting",
	);
}

test("the same cells under two date orders; the dataset waits as before", async () => {
	for (const [order, day] of [
		["dmy", "2026-04-01"],
		["mdy", "2026-01-04"],
	]) {
		const seen = await previewed({ ...mapping, date_order: order });
		expect(seen).toMatchObject({ state: "done", rows_accepted: 119, rows_rejected: 1 });
		expect(seen.rows_read).toBe(seen.rows_accepted + seen.rows_rejected + seen.rows_skipped);
		const { fields, rows, rejects, sums } = seen.result;
		expect(rows.length).toBe(50);
		const at = (field: string) => fields.findIndex((f: Body) => f.field === field);
		expect(rows[0].line).toBe(2);
		expect(rows[0].cells[at("date")]).toEqual({ value: day, money: null, raw: ["01/04/2026"] });
		expect(rows[1].cells[at("amount")]).toEqual({
			value: "1.50",
			money: { minor: "150", currency: "EUR" },
			raw: ["1,50"],
		});
		expect(rejects).toEqual([
			expect.objectContaining({ line: 9, column: "Amount", value: "seven", code: "cell_type" }),
		]);
		expect(sums[0].money).toEqual({ minor: String((7140 - 7) * 100 + 119 * 50), currency: "EUR" });
	}
	const after = await project.client.get(`${project.path}/datasets/${dataset.id}`);
	expect([after.state, after.rows_read, after.mapping_version]).toEqual(["needs_mapping", 0, null]);
});

test("a mapping that does not fit the file says where, one that is none is refused at once", async () => {
	const [field, ...rest] = mapping.fields;
	const wrong = {
		...mapping,
		fields: [{ ...field, column: "Nowhere", columns: undefined }, ...rest],
	};
	const seen = await previewed(JSON.parse(JSON.stringify(wrong)));
	expect([seen.state, seen.error.code, seen.result]).toEqual(["failed", "mapping", null]);
	expect(seen.error.detail).toContain("Nowhere");
	const refused = await project.client.call("POST", path(), {
		json: { mapping: { ...mapping, decimal: "x" } },
	});
	expect([refused.status, refused.body.code]).toEqual([422, "mapping"]);
	expect(refused.body.errors[0].pointer).toMatch(/^\/mapping\/decimal/);
});

test("a preview is its person's, and the next one takes its place", async () => {
	const first = await previewed(mapping);
	const stranger = (await newPerson("stranger")).client;
	expect((await stranger.call("GET", path(`/${first.id}`))).status).toBe(404);
	await previewed(mapping);
	expect((await project.client.call("GET", path(`/${first.id}`))).status).toBe(404);
});

test("a dataset that was taken back has none", async () => {
	await project.client.post(`${project.path}/sources/${dataset.source}/mappings`, {
		mapping: { ...mapping, date_order: "dmy" },
	});
	const ready = await until(
		"reading",
		() => project.client.get(`${project.path}/datasets/${dataset.id}`),
		({ state }) => state === "ready",
	);
	expect(ready.rows_accepted).toBe(119);
	expect((await previewed(mapping)).state).toBe("done");
	await project.client.post(`${project.path}/datasets/${dataset.id}/reverse`, { note: "wrong" });
	const refused = await project.client.call("POST", path(), { json: { mapping } });
	expect([refused.status, refused.body.code]).toEqual([409, "dataset_not_ready"]);
});
