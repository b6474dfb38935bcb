import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { job, project, reconciliation } from "@/test/data";
import { render_app } from "@/test/render";
import { API, PROJECT, page, problem, server } from "@/test/server";
import { total_of } from "./totals";

const PATH = `/p/${project.id}`;

test("shows the figures of the last jobs and what to do next", async () => {
	render_app(PATH);
	expect(await screen.findByText("1,880 of 1,990")).toBeVisible();
	expect(screen.getByText("15")).toBeVisible();
	expect(screen.getByRole("link", { name: "Check 15 matches" })).toBeVisible();
});

test("a new project shows three steps, ticked off by what exists", async () => {
	server.use(
		http.get(`${PROJECT}/reconciliations`, () => HttpResponse.json(page([]))),
		http.get(`${PROJECT}/datasets`, () => HttpResponse.json(page([]))),
	);
	render_app(PATH);
	const steps = await screen.findByRole("region", { name: "Three steps to the first result" });
	const [first, second] = within(steps).getAllByRole("listitem");
	expect(within(first as HTMLElement).getByLabelText("Done")).toBeVisible();
	expect(within(second as HTMLElement).queryByLabelText("Done")).toBeNull();
	expect(within(steps).getByRole("link", { name: "New reconciliation" })).toBeVisible();
});

test("a running job shows its progress", async () => {
	const last_job = { ...job, state: "running", summary: null, done: 5, total: 10, eta_ms: 3000 };
	server.use(
		http.get(`${PROJECT}/reconciliations`, () =>
			HttpResponse.json(page([{ ...reconciliation, last_job }])),
		),
	);
	render_app(PATH);
	expect(await screen.findByText(/5 of 10/)).toBeVisible();
});

test("an uploader is led to the files and sees nothing else", async () => {
	server.use(http.get(PROJECT, () => HttpResponse.json({ ...project, role: "uploader" })));
	render_app(PATH);
	expect(await screen.findByRole("link", { name: "Go to files" })).toBeVisible();
});

test("a project that is not there fails with its reason", async () => {
	server.use(http.get(PROJECT, () => problem(404, "not_found", "There is no such thing.")));
	render_app(PATH);
	expect(await screen.findByRole("alert")).toHaveTextContent("The project could not be loaded");
});

test("the start leads into the only project, or to the list", async () => {
	const { router } = render_app("/");
	await screen.findByRole("heading", { name: "Treasury" });
	expect(router.state.location.pathname).toBe(PATH);
	server.use(
		http.get(`${API}/projects`, () =>
			HttpResponse.json(page([project, { ...project, id: "other", name: "Payments" }])),
		),
	);
});

test("totals add up over reconciliations and tell one that does not balance", () => {
	const summary = job.summary;
	if (!summary) throw new Error("the sample has a summary");
	const broken = {
		...reconciliation,
		last_job: {
			...job,
			summary: { ...summary, money: summary.money.map((row) => ({ ...row, balanced: false })) },
		},
	};
	expect(total_of([reconciliation, { ...reconciliation, last_job: null }])).toEqual({
		rows: 1990,
		matched: 1880,
		to_check: 15,
		open: 110,
		balanced: true,
	});
	expect(total_of([reconciliation, broken])).toMatchObject({ rows: 3980, balanced: false });
});
