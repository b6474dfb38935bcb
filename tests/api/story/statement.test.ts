// Bank statements: what the format says is asked of nobody.
import { beforeAll, describe, expect, test } from "vitest";
import type { Body } from "../lib/client.ts";
import {
	datasetOf,
	finishedJob,
	newPerson,
	newProject,
	newReconciliation,
	newSource,
	type Project,
	readyDataset,
	startJob,
	upload,
} from "../lib/story.ts";

const PAYMENTS = 12;
const range = Array.from({ length: PAYMENTS }, (_, i) => i);
const euros = (i: number) => 100 + i * 17;
const iban = "DE02120300000000202051";
const total = range.reduce((sum, i) => sum + euros(i), 0);

const mt940 = [
	":20:STARTUMSE",
	`:25:${iban}`,
	":28C:31/1",
	":60F:C260301EUR1000,00",
	...range.flatMap((i) => [
		`:61:26030${1 + (i % 9)}030${1 + (i % 9)}C${euros(i)},00NTRFNONREF//B${i}`,
		`:86:166?00GUTSCHRIFT?20EREF+INV-${4000 + i}?21SVWZ+Invoice ${4000 + i}?32CUSTOMER ${i}`,
	]),
	`:62F:C260310EUR${1000 + total},00`,
	"-",
	"",
].join("\r\n");

const entry = (i: number) => `<Ntry><Amt Ccy="EUR">${euros(i)}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Sts>BOOK</Sts><BookgDt><Dt>2026-03-0${1 + (i % 9)}</Dt></BookgDt><NtryDtls><TxDtls><Refs>
<EndToEndId>INV-${4000 + i}</EndToEndId></Refs><RltdPties><Dbtr><Nm>CUSTOMER ${i}</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>Invoice ${4000 + i}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
const balance = (type: string, amount: number, day: string) =>
	`<Bal><Tp><CdOrPrtry><Cd>${type}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;
const camt = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>S31</Id>
<ElctrncSeqNb>31</ElctrncSeqNb><Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
${balance("OPBD", 1000, "2026-03-01")}${balance("CLBD", 1000 + total, "2026-03-10")}
${range.map(entry).join("\n")}</Stmt></BkToCstmrStmt></Document>`;

const ledger = [
	"date,reference,description,amount",
	...range.map((i) => `2026-03-0${1 + (i % 9)},INV-${4000 + i},Customer ${i},${euros(i)}.00`),
	"",
].join("\n");

const files: [string, string, string][] = [
	["MT940", "statement.sta", mt940],
	["CAMT.053", "statement.xml", camt],
];

describe.each(files)("a statement in %s", (_format, name, content) => {
	let project: Project;
	let source: Body;
	let dataset: Body;

	beforeAll(async () => {
		project = await newProject((await newPerson("analyst")).client);
		source = await newSource(project, "bank");
		dataset = await datasetOf(project, await upload(project, source.id, name, content));
	});

	test("is read without a question", () => {
		expect([dataset.state, dataset.error, dataset.mapping_version]).toEqual(["ready", null, 1]);
		expect([dataset.rows_accepted, dataset.rows_rejected]).toEqual([PAYMENTS, 0]);
		expect(dataset.sums).toContainEqual({
			field: "amount",
			money: { minor: String(total * 100), currency: "EUR" },
		});
	});

	test("its source has a mapping now, and the next file is read through it", async () => {
		const { items } = await project.client.get(`${project.path}/sources/${source.id}/mappings`);
		expect(items.map((m: Body) => m.version)).toEqual([1]);
		const again = await datasetOf(
			project,
			await upload(project, source.id, `next-${name}`, content),
		);
		expect([again.state, again.mapping_version]).toEqual(["ready", 1]);
	});

	test("its balances are proven", async () => {
		expect(dataset.statements).toHaveLength(1);
		expect(dataset.statements[0]).toMatchObject({
			account: iban,
			number: "31",
			currency: "EUR",
			opening: { amount: "1000.00", day: "2026-03-01" },
			closing: { amount: `${1000 + total}.00`, day: "2026-03-10" },
			entries: PAYMENTS,
			sum: `${total}.00`,
			proof: "proven",
			checks: [],
		});
	});

	test("it is reconciled with a ledger", async () => {
		const left = await newSource(project, "ledger");
		const rows = await readyDataset(project, await upload(project, left.id, "ledger.csv", ledger));
		const reconciliation = await newReconciliation(project, left.id, source.id);
		const job = await finishedJob(
			project,
			(await startJob(project, reconciliation.id, [rows.id], [dataset.id])).id,
		);
		expect([job.state, job.error]).toEqual(["done", null]);
		expect(job.summary).toMatchObject({
			left_rows: PAYMENTS,
			right_rows: PAYMENTS,
			confirmed: PAYMENTS,
			open_left: 0,
			open_right: 0,
		});
	});
});

describe("statements that are not as they should be", () => {
	let project: Project;

	beforeAll(async () => {
		project = await newProject((await newPerson("analyst")).client);
	});

	test("one whose balances differ is read, and says by how much", async () => {
		const source = await newSource(project, "bank");
		const text = mt940.replace(`EUR${1000 + total},00`, `EUR${1001 + total},00`);
		const dataset = await datasetOf(project, await upload(project, source.id, "a.sta", text));
		expect(dataset.state).toBe("ready");
		expect(dataset.statements[0]).toMatchObject({ proof: "differs", difference: "1.00" });
	});

	test("one without entries is a statement all the same", async () => {
		const source = await newSource(project, "bank");
		const text = ":20:R\n:25:1\n:28C:1\n:60F:C260301EUR5,00\n:62F:C260302EUR5,00\n-\n";
		const dataset = await datasetOf(project, await upload(project, source.id, "a.sta", text));
		expect([dataset.state, dataset.rows_accepted]).toEqual(["ready", 0]);
		expect(dataset.statements[0].proof).toBe("proven");
	});

	test("one that is cut is refused", async () => {
		const source = await newSource(project, "bank");
		const dataset = await datasetOf(
			project,
			await upload(project, source.id, "a.sta", mt940.slice(0, mt940.indexOf(":62F:"))),
		);
		expect([dataset.state, dataset.error.code]).toEqual(["unreadable", "unreadable"]);
		expect(dataset.error.detail).toContain("no closing balance");
	});

	test("one with a document type is refused", async () => {
		const source = await newSource(project, "bank");
		const text = camt.replace("<Document", '<!DOCTYPE d [<!ENTITY x "y">]><Document');
		const dataset = await datasetOf(project, await upload(project, source.id, "a.xml", text));
		expect([dataset.state, dataset.error.code]).toEqual(["unreadable", "unreadable"]);
	});

	test("days that can be read two ways are asked", async () => {
		const source = await newSource(project, "bank");
		const text = "!Type:Bank\nD03/04/2026\nT-1.00\nPShop\n^\n";
		const dataset = await datasetOf(project, await upload(project, source.id, "a.qif", text));
		expect(dataset.state).toBe("needs_mapping");
		expect(dataset.proposal.questions.map((q: Body) => q.code)).toEqual(["date_order"]);
	});
});

describe("files that repeat others", () => {
	let project: Project;
	let source: Body;
	let first: Body;

	const read = async (name: string, text: string) =>
		datasetOf(project, await upload(project, source.id, name, text));
	const found = async (dataset: Body): Promise<Body[]> =>
		(await project.client.get(`${project.path}/datasets/${dataset.id}/duplicates`)).items;
	const brief = (items: Body[]) => items.map((d: Body) => [d.kind, d.count, d.other, d.verdict]);

	beforeAll(async () => {
		project = await newProject((await newPerson("analyst")).client);
		source = await newSource(project, "bank");
		first = await read("first.sta", mt940);
	});

	test("the same bytes are the same file", async () => {
		const again = await read("again.sta", mt940);
		expect([again.state, again.rows_accepted]).toEqual(["ready", PAYMENTS]);
		expect(brief(await found(again))).toEqual([["file", 1, first.file, "open"]]);
		expect(brief(await found(first))).toEqual([["file", 1, first.file, "open"]]);
	});

	test("the same statement in other bytes has its number, and its rows", async () => {
		const other = await newProject(project.client);
		const bank = await newSource(other, "bank");
		const one = await datasetOf(other, await upload(other, bank.id, "a.sta", mt940));
		const text = mt940.replace(":20:STARTUMSE", ":20:RESENT");
		const two = await datasetOf(other, await upload(other, bank.id, "b.sta", text));
		const { items } = await other.client.get(`${other.path}/datasets/${two.id}/duplicates`);
		expect(brief(items)).toEqual([
			["rows", PAYMENTS, one.file, "open"],
			["statement", 1, one.file, "open"],
		]);
	});

	test("equal rows count as often as both have them", async () => {
		const other = await newProject(project.client);
		const bank = await newSource(other, "bank");
		const row = "2026-03-01,R-1,Fee,-1.00";
		const csv = (...rows: string[]) => ["date,reference,text,amount", ...rows, ""].join("\n");
		const file = async (name: string, text: string) =>
			readyDataset(other, await upload(other, bank.id, name, text));
		const one = await file("a.csv", csv(row, row, "2026-03-02,R-2,Rent,-500.00"));
		const two = await file("b.csv", csv(row, row, row, "2026-03-02,R-3,Rent,-500.00"));
		const three = await file("c.csv", csv("2026-04-01,R-9,Rent,-500.00"));
		const of = async (d: Body) =>
			brief((await other.client.get(`${other.path}/datasets/${d.id}/duplicates`)).items);
		expect(await of(two)).toEqual([["rows", 2, one.file, "open"]]);
		expect(await of(three)).toEqual([]);
	});

	test("what a person says about it stays, and can be taken back", async () => {
		const again = await read("third.sta", mt940);
		const path = `${project.path}/datasets/${again.id}/duplicates`;
		const said = await project.client.post(path, {
			other: first.file,
			kind: "file",
			verdict: "distinct",
		});
		expect([said.verdict, said.decided_at]).toEqual(["distinct", expect.any(String)]);
		const { items } = await project.client.get(`${project.path}/sources/${source.id}/mappings`);
		expect((await found(again)).find((d) => d.other === first.file)?.verdict).toBe("distinct");
		expect(items.length).toBeGreaterThan(0);
		const back = await project.client.post(path, {
			other: first.file,
			kind: "file",
			verdict: "open",
		});
		expect([back.verdict, back.decided_at]).toEqual(["open", null]);
		const none = await project.client.call("POST", path, {
			json: { other: first.file, kind: "rows", verdict: "duplicate" },
		});
		expect([none.status, none.body.code]).toEqual([404, "not_found"]);
	});
});
