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
