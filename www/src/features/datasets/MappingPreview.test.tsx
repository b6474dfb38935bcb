import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { MappingNew } from "@/api";
import { dataset, preview, preview_waiting, project, proposal, uuid } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, problem, server } from "@/test/server";

const PATH = `/p/${project.id}/datasets/${dataset.id}`;
const PREVIEWS = `${PROJECT}/datasets/:dataset/previews`;

beforeEach(() => {
	server.use(
		http.get(`${PROJECT}/datasets/:dataset`, () =>
			HttpResponse.json({ ...dataset, state: "needs_mapping", mapping_version: null, proposal }),
		),
	);
});

test("values stand above the cells of the file, rejected rows with their reason", async () => {
	render_app(PATH);
	const row = await screen.findByRole("row", { name: /2026-04-03/ });
	expect(row).toHaveTextContent("03/04/2026");
	expect(row).toHaveTextContent("−12.30");
	expect(row).toHaveTextContent("12,30-");
	const region = screen.getByRole("region", { name: "Preview" });
	expect(within(region).getByText("987.65")).toBeVisible();
	expect(within(region).getByText("1,000")).toBeVisible();
	const reject = within(region).getByRole("row", { name: /n\/a/ });
	expect(reject).toHaveTextContent("7");
	expect(reject).toHaveTextContent("The cell is not of the column's type.");
	expect(within(region).getByText("The first 1 are shown.")).toBeVisible();
	// Which of day and month comes first is not answered yet.
	expect(within(region).getByText(/Where a question is open/)).toBeVisible();
	expect(region).toHaveAttribute("aria-busy", "false");
});

test("a change in the form is looked at with the changed mapping", async () => {
	const asked: MappingNew[] = [];
	server.use(
		http.post(PREVIEWS, async ({ request }) => {
			asked.push((await request.json()) as MappingNew);
			return HttpResponse.json(
				{ ...preview_waiting, id: uuid(450 + asked.length) },
				{ status: 202 },
			);
		}),
		http.get(`${PREVIEWS}/:preview`, ({ params }) =>
			HttpResponse.json({ ...preview, id: params.preview, rows_skipped: asked.length * 11 }),
		),
	);
	const { user } = render_app(PATH);
	const region = await screen.findByRole("region", { name: "Preview" });
	expect(await within(region).findByText("11")).toBeVisible();
	await user.click(screen.getByRole("radio", { name: /Month first/ }));
	expect(await within(region).findByText("22")).toBeVisible();
	expect(asked.map(({ mapping }) => mapping.date_order)).toEqual([
		proposal.mapping.date_order,
		"mdy",
	]);
	expect(within(region).queryByText(/Where a question is open/)).toBeNull();
	// What cannot be confirmed is not looked at.
	await user.selectOptions(screen.getByLabelText("Meaning of Amount"), "");
	await waitFor(() => expect(screen.queryByRole("region", { name: "Preview" })).toBeNull());
});

test("a mapping that does not fit says so", async () => {
	server.use(
		http.get(`${PREVIEWS}/:preview`, () =>
			HttpResponse.json({
				...preview_waiting,
				state: "failed",
				error: { code: "mapping", detail: "The file has no column 'Booked'." },
			}),
		),
	);
	render_app(PATH);
	expect(await screen.findByText("The file has no column 'Booked'.")).toBeVisible();
});

test("a refusal is shown, and a file without a readable row", async () => {
	server.use(
		http.post(PREVIEWS, () => problem(409, "dataset_not_ready", "The dataset is reading."), {
			once: true,
		}),
		http.get(`${PREVIEWS}/:preview`, () =>
			HttpResponse.json({ ...preview, result: { ...preview.result, rows: [] } }),
		),
	);
	const { user } = render_app(PATH);
	expect(await screen.findByRole("alert")).toHaveTextContent("The dataset is reading.");
	await user.click(screen.getByRole("radio", { name: /Month first/ }));
	expect(await screen.findByText("No row could be read.")).toBeVisible();
});
