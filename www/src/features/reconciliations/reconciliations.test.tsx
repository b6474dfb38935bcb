import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { bank, dataset, job, ledger, project, reconciliation, uuid } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, page, problem, REC, server } from "@/test/server";

const LIST = `/p/${project.id}/reconciliations`;
const ONE = `${LIST}/${reconciliation.id}`;

describe("the list", () => {
	test("shows the last job of each and leads to its review", async () => {
		render_app(LIST);
		const row = await screen.findByRole("row", { name: /November ledger and bank/ });
		expect(row).toHaveTextContent("94.5%");
		expect(row).toHaveTextContent("Done");
		expect(within(row).getByRole("link", { name: "Review" })).toHaveAttribute(
			"href",
			`${ONE}/review`,
		);
	});

	test("creating one proposes the usual sides and refuses equal ones", async () => {
		let sent: unknown;
		server.use(
			http.post(`${PROJECT}/reconciliations`, async ({ request }) => {
				sent = await request.json();
				return HttpResponse.json(reconciliation, { status: 201 });
			}),
		);
		const { user, router } = render_app(`${LIST}?create=yes`);
		const dialog = await screen.findByRole("dialog", { name: "New reconciliation" });
		await user.type(within(dialog).getByLabelText("Name"), "November");
		expect(within(dialog).getByLabelText("Left source")).toHaveValue(ledger.id);
		await user.selectOptions(within(dialog).getByLabelText("Right source"), ledger.id);
		await user.click(within(dialog).getByRole("button", { name: "Create reconciliation" }));
		expect(
			await within(dialog).findByText("The two sides must be different sources."),
		).toBeVisible();
		await user.selectOptions(within(dialog).getByLabelText("Right source"), bank.id);
		await user.click(within(dialog).getByRole("button", { name: "Create reconciliation" }));
		await waitFor(() => expect(router.state.location.pathname).toBe(ONE));
		expect(sent).toEqual({ name: "November", left: ledger.id, right: bank.id });
	});

	test("without two sources the next step is to create them", async () => {
		server.use(
			http.get(`${PROJECT}/reconciliations`, () => HttpResponse.json(page([]))),
			http.get(`${PROJECT}/sources`, () => HttpResponse.json(page([ledger]))),
		);
		render_app(LIST);
		expect(await screen.findByRole("link", { name: "Create two sources first" })).toBeVisible();
	});
});

describe("one reconciliation", () => {
	test("starts a job over the newest datasets, or those chosen", async () => {
		let sent: unknown;
		const older = {
			...dataset,
			id: uuid(42),
			no: 2,
			created_at: "2026-10-01T00:00:00Z",
			file: uuid(33),
		};
		server.use(
			http.get(`${PROJECT}/datasets`, ({ request }) =>
				HttpResponse.json(
					page(request.url.includes(bank.id) ? [{ ...dataset, id: uuid(41) }] : [older, dataset]),
				),
			),
			http.post(`${REC}/jobs`, async ({ request }) => {
				sent = await request.json();
				return HttpResponse.json(job, { status: 202 });
			}),
		);
		const { user, router } = render_app(ONE);
		await user.click(await screen.findByRole("checkbox", { name: /Dataset 2/ }));
		await user.click(screen.getByRole("button", { name: "Start" }));
		await waitFor(() =>
			expect(router.state.location.pathname).toBe(`/p/${project.id}/jobs/${job.id}`),
		);
		expect(sent).toEqual({ left: [dataset.id, older.id], right: [uuid(41)] });
	});

	test("a source of advice adds a third choice, of one dataset", async () => {
		let sent: unknown;
		const third = { ...bank, id: uuid(22), name: "Payout reports" };
		const newer = {
			...dataset,
			id: uuid(43),
			no: 3,
			file: uuid(34),
			created_at: "2026-12-01T00:00:00Z",
		};
		server.use(
			http.get(REC, () => HttpResponse.json({ ...reconciliation, advice: third.id })),
			http.get(`${PROJECT}/sources`, () => HttpResponse.json(page([ledger, bank, third]))),
			http.get(`${PROJECT}/sources/:source`, ({ params }) =>
				HttpResponse.json([ledger, bank, third].find(({ id }) => id === params.source)),
			),
			http.get(`${PROJECT}/datasets`, ({ request }) =>
				HttpResponse.json(
					page(request.url.includes(third.id) ? [{ ...dataset, id: uuid(42) }, newer] : [dataset]),
				),
			),
			http.post(`${REC}/jobs`, async ({ request }) => {
				sent = await request.json();
				return HttpResponse.json(job, { status: 202 });
			}),
		);
		const { user } = render_app(ONE);
		const group = await screen.findByRole("group", { name: "Advice: Payout reports" });
		expect(screen.getByText(/by Payout reports/)).toBeVisible();
		expect(within(group).getByRole("checkbox", { name: /Dataset 3/ })).toBeChecked();
		await user.click(within(group).getByRole("checkbox", { name: /ledger.csv/ }));
		expect(within(group).getByRole("checkbox", { name: /Dataset 3/ })).not.toBeChecked();
		await user.click(screen.getByRole("button", { name: "Start" }));
		await waitFor(() =>
			expect(sent).toEqual({ left: [dataset.id], right: [dataset.id], advice: [uuid(42)] }),
		);
	});

	test("cannot start while a side has no dataset", async () => {
		server.use(http.get(`${PROJECT}/datasets`, () => HttpResponse.json(page([]))));
		render_app(ONE);
		expect((await screen.findAllByText(/No dataset is ready/))[0]).toBeVisible();
		expect(screen.getByRole("button", { name: "Start" })).toBeDisabled();
	});

	test("says why a job was refused", async () => {
		server.use(
			http.post(`${REC}/jobs`, () =>
				problem(409, "dataset_not_ready", "A chosen dataset is not ready."),
			),
		);
		const { user } = render_app(ONE);
		await user.click(await screen.findByRole("button", { name: "Start" }));
		expect(await screen.findByRole("alert")).toHaveTextContent("A chosen dataset is not ready.");
	});

	test("before the first job says what to do, and a viewer is offered no start", async () => {
		server.use(
			http.get(REC, () => HttpResponse.json({ ...reconciliation, last_job: null })),
			http.get(`${REC}/jobs`, () => HttpResponse.json(page([]))),
			http.get(PROJECT, () => HttpResponse.json({ ...project, role: "viewer" })),
		);
		render_app(ONE);
		expect(await screen.findByRole("heading", { name: "No job yet" })).toBeVisible();
		expect(screen.queryByRole("button", { name: "Start" })).toBeNull();
	});
});
