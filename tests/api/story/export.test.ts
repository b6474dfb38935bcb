// What people take out again: rows, rejected rows, matches and open items, safe to open in a
// spreadsheet, and the same when they come back in.
import { beforeAll, describe, expect, test } from "vitest";
import { type Body, Client } from "../lib/client.ts";
import { newFilled } from "../lib/filled.ts";
import { instance } from "../lib/instance.ts";
import {
	newPerson,
	newProject,
	newSource,
	type Person,
	type Project,
	readyDataset,
	upload,
} from "../lib/story.ts";

const lines = [
	"Date,Reference,Description,Amount",
	'2026-11-01,007,=HYPERLINK("http://evil.example"),-12.30',
	"2026-11-02,R2,@SUM(A1:A9),1000.00",
	"2026-11-03,R3,'quoted,5.00",
	'2026-11-04,R4,"two\nlines; and ""quotes""",6.00',
	"2026-11-05,R5,-1+1,7.00",
	"2026-11-06,R6,plain,not a number",
	...Array.from({ length: 40 }, (_, i) => `2026-11-07,R${100 + i},plain ${i},${i}.25`),
	"",
];
const GOOD = 45;

describe("exports", () => {
	let person: Person;
	let project: Project;
	let dataset: Body;
	const path = (rest: string) => `${project.path}/datasets/${dataset.id}${rest}`;

	beforeAll(async () => {
		person = await newPerson("analyst");
		project = await newProject(person.client);
		const source = await newSource(project, "ledger");
		dataset = await readyDataset(
			project,
			await upload(project, source.id, "Büro 1.csv", lines.join("\n")),
		);
		expect([dataset.rows_accepted, dataset.rows_rejected]).toEqual([GOOD, 1]);
	});

	test("rows as CSV: formulas are guarded, numbers are numbers", async () => {
		const answer = await person.client.call("GET", path("/rows/export"));
		expect(answer.status).toBe(200);
		expect(answer.headers.get("content-type")).toContain("text/csv");
		expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
		expect(answer.headers.get("content-disposition")).toBe(
			"attachment; filename=\"B__ro_1.rows.csv\"; filename*=UTF-8''B%C3%BCro%201.rows.csv",
		);
		expect(answer.body).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
		expect(answer.body).toContain(`"'@SUM(A1:A9)"`);
		expect(answer.body).toContain(`"'-1+1"`);
		expect(answer.body).toMatch(/^-12\.30,/m);
		expect(answer.body).not.toContain("'-12.30");
	});

	test.each(["csv", "xlsx"])("%s handed in again is the same rows", async (format) => {
		const answer = await fetch(`${instance.url}${path(`/rows/export?format=${format}`)}`, {
			headers: person.client.headers("GET", false),
		});
		expect(answer.status).toBe(200);
		const bytes = new Uint8Array(await answer.arrayBuffer());
		const source = await newSource(project, "ledger");
		const again = await readyDataset(
			project,
			await upload(project, source.id, `again.${format}`, bytes),
		);
		expect([again.rows_accepted, again.rows_rejected]).toEqual([GOOD, 0]);
		const texts = async (id: string) =>
			(await project.client.get(`${project.path}/datasets/${id}/rows`)).items.map((r: Body) => [
				r.date,
				r.amount?.minor,
				r.text,
				r.reference,
			]);
		expect(await texts(again.id)).toEqual(await texts(dataset.id));
	});

	test("rejected rows come with their cells and the reason", async () => {
		const answer = await person.client.call("GET", path("/rejects/export?format=csv"));
		expect(answer.status).toBe(200);
		const [head, row] = answer.body.split("\n");
		expect(head).toBe("recon: line,recon: column,recon: reason,Date,Reference,Description,Amount");
		expect(row).toMatch(/^8,Amount,.*,2026-11-06,R6,plain,not a number$/);
	});

	test("a dataset without rejected rows has none to download", async () => {
		const source = await newSource(project, "bank");
		const clean = await readyDataset(
			project,
			await upload(project, source.id, "clean.csv", `${lines.slice(0, 3).join("\n")}\n`),
		);
		const answer = await person.client.call(
			"GET",
			`${project.path}/datasets/${clean.id}/rejects/export`,
		);
		expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
	});

	test("another format is refused", async () => {
		const answer = await person.client.call("GET", path("/rows/export?format=pdf"));
		expect(answer.status).toBe(422);
	});

	test("matches and open items of a view", async () => {
		const filled = await newFilled(person.client, 12);
		const review = `${filled.project.path}/reconciliations/${filled.ids.reconciliation}`;
		const { view } = await person.client.post(`${review}/views`, { kind: "matches" });
		const shown = await person.client.get(`${filled.project.path}/views/${view}/rows`);
		const answer = await person.client.call("GET", `${filled.project.path}/views/${view}/export`);
		expect(answer.status).toBe(200);
		const [head, ...rows] = answer.body.trimEnd().split("\n");
		expect(head.split(",").slice(0, 4)).toEqual(["match", "state", "status", "kind"]);
		expect(head).toContain("record.amount");
		expect(rows).toHaveLength(
			shown.items.reduce((n: number, m: Body) => n + m.left.length + m.right.length, 0),
		);
		expect(rows[0]).toContain(shown.items[0].left[0].amount.minor.replace(/(..)$/, ".$1"));
		const items = await person.client.post(`${review}/views`, { kind: "open_items" });
		const open = await person.client.call(
			"GET",
			`${filled.project.path}/views/${items.view}/export`,
		);
		expect(open.status).toBe(200);
		expect(open.body.trimEnd().split("\n")).toHaveLength(1 + items.total);
		expect(open.body).toMatch(/^side,dataset,row,break_type,/);
	});

	test("many rows, by a key and by who has just signed in", async () => {
		const source = await newSource(project, "orders");
		const many = Array.from(
			{ length: 10_001 },
			(_, i) => `2026-11-0${1 + (i % 9)},R${i},x,${i}.00`,
		);
		const large = await readyDataset(
			project,
			await upload(project, source.id, "many.csv", `${[lines[0], ...many].join("\n")}\n`),
		);
		const target = `${project.path}/datasets/${large.id}/rows/export`;
		const made = await person.client.post("/api/v1/auth/api-keys", {
			name: "export",
			scopes: ["read"],
			expires_in_days: 1,
		});
		const byKey = new Client(instance.url);
		byKey.bearer = made.secret;
		const answer = await byKey.call("GET", target);
		expect(answer.status).toBe(200);
		expect(answer.body.trimEnd().split("\n")).toHaveLength(10_002);
		// The sign-in of a moment ago is fresh enough.
		expect((await person.client.call("GET", target)).status).toBe(200);
	});
});
