import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { dataset, project, proposal, record } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, problem, server } from "@/test/server";

const PATH = `/p/${project.id}/datasets/${dataset.id}`;
const GET = `${PROJECT}/datasets/:dataset`;

describe("a dataset that needs a mapping", () => {
	function waiting() {
		server.use(
			http.get(GET, () =>
				HttpResponse.json({ ...dataset, state: "needs_mapping", mapping_version: null, proposal }),
			),
		);
		return render_app(PATH);
	}

	test("shows what was found, how sure it is, and asks what is ambiguous", async () => {
		waiting();
		expect(await screen.findByText(/82.0% sure/)).toBeVisible();
		const row = screen.getByRole("row", { name: /^Memo Invoice 4711/ });
		expect(row).toHaveTextContent("text 80.0%");
		expect(row).toHaveTextContent("or code");
		expect(
			screen.getByRole("radio", { name: /Day first 03\/04\/2026 is 2026-04-03/ }),
		).not.toBeChecked();
		expect(screen.getByRole("button", { name: "Confirm the mapping" })).toBeDisabled();
	});

	test("is confirmed with the answers and changes of the person", async () => {
		let sent: unknown;
		server.use(
			http.post(`${PROJECT}/sources/:source/mappings`, async ({ request }) => {
				sent = await request.json();
				return HttpResponse.json(
					{ version: 1, mapping: proposal.mapping, created_at: dataset.created_at },
					{ status: 201 },
				);
			}),
		);
		const { user } = waiting();
		await user.click(await screen.findByRole("radio", { name: /Month first/ }));
		await user.selectOptions(screen.getByLabelText("Meaning of Ref"), "reference");
		await user.click(screen.getByRole("button", { name: "Confirm the mapping" }));
		expect(await screen.findByText(/Mapping version 1 confirmed/)).toBeVisible();
		expect(sent).toMatchObject({
			mapping: {
				date_order: "mdy",
				fields: expect.arrayContaining([{ field: "reference", type: "code", column: "Ref" }]),
			},
		});
	});

	test("says what is missing before it can be confirmed", async () => {
		const { user } = waiting();
		await user.click(await screen.findByRole("radio", { name: /Day first/ }));
		await user.selectOptions(screen.getByLabelText("Meaning of Amount"), "");
		expect(screen.getByText("Choose the column that holds the amount.")).toBeVisible();
		expect(screen.getByRole("button", { name: "Confirm the mapping" })).toBeDisabled();
	});

	test("shows the server's refusal", async () => {
		server.use(
			http.post(`${PROJECT}/sources/:source/mappings`, () =>
				problem(422, "mapping", "The mapping does not fit the file."),
			),
		);
		const { user } = waiting();
		await user.click(await screen.findByRole("radio", { name: /Day first/ }));
		await user.click(screen.getByRole("button", { name: "Confirm the mapping" }));
		expect(await screen.findByRole("alert")).toHaveTextContent("does not fit the file");
	});
});

test("a ready dataset shows its counts, sums, rows and rejects", async () => {
	server.use(
		http.get(`${GET}/rows`, () =>
			HttpResponse.json({ items: [record("left", 0)], offset: 0, total: 1 }),
		),
		http.get(`${GET}/rejects`, () =>
			HttpResponse.json({
				items: [
					{
						row: 4,
						line: 6,
						column: "Amount",
						value: "12,x",
						code: "cell_type",
						detail: "Not an amount.",
					},
				],
				offset: 0,
				total: 1,
			}),
		),
	);
	render_app(PATH);
	expect(await screen.findByText("1,234,567.89")).toBeVisible();
	expect(await screen.findByRole("row", { name: /INV-0/ })).toHaveTextContent("10.00");
	const reject = await screen.findByRole("row", { name: /Not an amount/ });
	expect(within(reject).getByText("12,x")).toBeVisible();
});

test("an unreadable one says why and what to do", async () => {
	server.use(
		http.get(GET, () =>
			HttpResponse.json({
				...dataset,
				state: "unreadable",
				error: { code: "unreadable", detail: "The file could not be read as a table." },
			}),
		),
	);
	render_app(PATH);
	expect(await screen.findByText(/could not be read as a table/)).toBeVisible();
	expect(screen.getByRole("link", { name: "Upload a corrected file" })).toBeVisible();
});

test("one that is being read says so, one that is gone says so", async () => {
	server.use(
		http.get(GET, () => HttpResponse.json({ ...dataset, state: "reading" }), { once: true }),
	);
	render_app(PATH);
	expect(await screen.findByText("The file is being read.")).toBeVisible();
	server.use(http.get(GET, () => problem(404, "not_found", "There is no such thing.")));
	expect(await screen.findByRole("alert", {}, { timeout: 4000 })).toHaveTextContent(
		"no such thing",
	);
});
