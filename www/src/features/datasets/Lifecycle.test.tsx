import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import type { Statement } from "@/api";
import { dataset, file, project } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, problem, server } from "@/test/server";
import { doubts_of } from "./Statements";

const GET = `${PROJECT}/datasets/:dataset`;
const PATH = `/p/${project.id}/datasets/${dataset.id}`;

const statement: Statement = {
	account: "NL08DEUT0319809633",
	number: "31/1",
	currency: "EUR",
	from: "2026-03-01",
	to: "2026-03-31",
	opening: { amount: "1000.00", day: "2026-02-28" },
	closing: { amount: "2234.00", day: "2026-03-31" },
	available: null,
	entries: 12,
	sum: "1234.00",
	line: 1,
	proof: "proven",
	checks: [],
};

function page(extra: object = {}, parts: Record<string, unknown[]> = {}) {
	const list = (name: string) => HttpResponse.json({ items: parts[name] ?? [] });
	const empty = { items: [], offset: 0, total: 0 };
	server.use(
		http.get(GET, () => HttpResponse.json({ ...dataset, ...extra })),
		http.get(`${GET}/rows`, () => HttpResponse.json(empty)),
		http.get(`${GET}/rejects`, () => HttpResponse.json(empty)),
		http.get(`${GET}/duplicates`, () => list("duplicates")),
		http.get(`${GET}/repairs`, () => list("repairs")),
		http.get(`${GET}/receipts`, () => list("receipts")),
	);
	return render_app(PATH);
}

describe("statements", () => {
	test("show balances and their proof", async () => {
		page({
			statements: [
				statement,
				{ ...statement, line: 9, number: "32/1", proof: "differs", difference: "-0.10" },
			],
		});
		const table = await screen.findByRole("table", { name: "Statements" });
		const [, first, second] = within(table).getAllByRole("row");
		expect(first).toHaveTextContent("31/1");
		expect(first).toHaveTextContent("1000.00");
		expect(first).toHaveTextContent("2234.00 EUR");
		expect(first).toHaveTextContent("Proven");
		expect(second).toHaveTextContent("Differs");
		expect(second).toHaveTextContent("Off by -0.10 EUR");
	});

	test("what cannot be said for sure is said", () => {
		expect(doubts_of(statement)).toEqual([]);
		expect(doubts_of({ ...statement, proof: "unproven" })).toHaveLength(1);
		const checks = [
			{ what: "credit_total", agrees: false, said: "5.00", found: "6.00" },
			{ what: "credits", agrees: true, said: 2, found: 2 },
		];
		expect(doubts_of({ ...statement, checks })).toEqual([
			"credit total: the file says 5.00, found 6.00",
		]);
	});
});

describe("duplicates", () => {
	const duplicate = {
		file: file.id,
		other: "019a0000-0000-7000-8000-000000000099",
		kind: "rows",
		count: 7,
		verdict: "open",
		decided_by: null,
		decided_at: null,
		found_at: dataset.created_at,
	};

	test("are judged by a person", async () => {
		let sent: unknown;
		server.use(
			http.get(`${PROJECT}/files/:file`, ({ params }) =>
				HttpResponse.json({
					...file,
					id: params.file,
					name: params.file === file.id ? "ledger.csv" : "february.csv",
				}),
			),
			http.post(`${GET}/duplicates`, async ({ request }) => {
				sent = await request.json();
				return HttpResponse.json({ ...duplicate, verdict: "duplicate" });
			}),
		);
		const { user } = page({ file: file.id }, { duplicates: [duplicate] });
		const table = await screen.findByRole("table", { name: "Repeated from other files" });
		expect(await within(table).findByText("february.csv")).toBeVisible();
		expect(table).toHaveTextContent("7 rows");
		await user.click(within(table).getByRole("button", { name: "It is a duplicate" }));
		await expect
			.poll(() => sent)
			.toEqual({
				other: duplicate.other,
				kind: "rows",
				verdict: "duplicate",
			});
	});

	test("that were judged can be taken back", async () => {
		page({ file: file.id }, { duplicates: [{ ...duplicate, verdict: "distinct" }] });
		expect(await screen.findByText("Only looks like it")).toBeVisible();
		expect(screen.getByRole("button", { name: "Take back" })).toBeVisible();
	});
});

describe("repairs and receipts", () => {
	test("say what became of them", async () => {
		const repair = {
			file: file.id,
			name: "repaired.xlsx",
			file_state: "clean",
			state: "applied",
			rows_repaired: 2,
			rows_rejected: 1,
			rows_ignored: 3,
			error: null,
			created_at: dataset.created_at,
			ended_at: dataset.created_at,
		};
		page(
			{},
			{
				repairs: [
					repair,
					{
						...repair,
						file: "019a0000-0000-7000-8000-000000000098",
						state: "refused",
						error: { code: "repair", detail: "No row was repaired." },
					},
				],
				receipts: [
					{
						no: 1,
						file: file.id,
						receipt: { reading: 1 },
						sha256: "ab".repeat(32),
						created_at: dataset.created_at,
					},
				],
			},
		);
		expect(await screen.findByText("2 rows repaired, 1 still rejected, 3 ignored")).toBeVisible();
		expect(screen.getByText("No row was repaired.")).toBeVisible();
		expect(await screen.findByText("ab".repeat(32))).toBeVisible();
	});

	test("a repaired sheet is uploaded for the dataset", async () => {
		let announced: unknown;
		server.use(
			http.get("*/api/v1/limits", () =>
				HttpResponse.json({
					upload: { max_bytes: 1000, part_bytes: 1000, types: ["csv"] },
					json: { max_bytes: 1, depth: 1 },
					rows: { max: 1 },
				}),
			),
			http.post(`${PROJECT}/uploads`, async ({ request }) => {
				announced = await request.json();
				return problem(422, "repair", "No row of the dataset is rejected.");
			}),
		);
		const { user } = page({ rows_rejected: 2 });
		await screen.findByRole("button", { name: "Upload repaired rows" });
		await user.upload(
			screen.getByLabelText("Repaired rows"),
			new File(["recon: line\n"], "repaired.csv", { type: "text/csv" }),
		);
		expect(await screen.findByText("No row of the dataset is rejected.")).toBeVisible();
		expect(announced).toMatchObject({ repairs: dataset.id, name: "repaired.csv" });
	});
});

describe("taking a dataset back", () => {
	test("asks why, and shows what holds it", async () => {
		let held = true;
		let note: unknown;
		server.use(
			http.post(`${GET}/reverse`, async ({ request }) => {
				note = await request.json();
				return held
					? problem(409, "dataset_held", "Confirmed matches have records of it.")
					: HttpResponse.json({ ...dataset, state: "reversed" });
			}),
		);
		const { user } = page();
		await user.click(await screen.findByRole("button", { name: "Take the dataset back" }));
		const dialog = await screen.findByRole("dialog");
		await user.type(within(dialog).getByLabelText("Why"), "wrong month");
		await user.click(within(dialog).getByRole("button", { name: "Take back" }));
		expect(await within(dialog).findByRole("alert")).toHaveTextContent("Confirmed matches");
		held = false;
		await user.click(within(dialog).getByRole("button", { name: "Take back" }));
		expect(await screen.findByText("The dataset was taken back.")).toBeVisible();
		expect(note).toEqual({ note: "wrong month" });
	});

	test("one that was taken back says so and offers nothing more", async () => {
		page({
			state: "reversed",
			reversal: { at: dataset.created_at, by: file.uploaded_by, note: "wrong month" },
		});
		expect(await screen.findByText(/no job uses it/)).toBeVisible();
		expect(screen.getByText(/wrong month/)).toBeVisible();
		expect(screen.queryByRole("button", { name: "Take the dataset back" })).toBeNull();
		expect(screen.queryByRole("button", { name: "Upload repaired rows" })).toBeNull();
	});
});
