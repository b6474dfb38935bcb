import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { bank, project } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, page, problem, server } from "@/test/server";

const PATH = `/p/${project.id}/sources`;

test("lists sources with their mapping", async () => {
	render_app(PATH);
	const row = await screen.findByRole("row", { name: /General ledger/ });
	expect(row).toHaveTextContent("Version 1");
	expect(screen.getByRole("row", { name: /Main account/ })).toHaveTextContent("None yet");
});

test("creating one keeps the person on the list", async () => {
	let sent: unknown;
	server.use(
		http.post(`${PROJECT}/sources`, async ({ request }) => {
			sent = await request.json();
			return HttpResponse.json({ ...bank, name: "Card settlements" }, { status: 201 });
		}),
	);
	const { user } = render_app(PATH);
	await user.click(await screen.findByRole("button", { name: "New source" }));
	const dialog = await screen.findByRole("dialog", { name: "New source" });
	await user.type(within(dialog).getByLabelText("Name"), "Card settlements");
	await user.selectOptions(within(dialog).getByLabelText("Kind"), "settlements");
	await user.selectOptions(within(dialog).getByLabelText("Currency"), "");
	await user.click(within(dialog).getByRole("button", { name: "Create source" }));
	expect(await screen.findByText("Source “Card settlements” created")).toBeVisible();
	expect(sent).toMatchObject({ name: "Card settlements", kind: "settlements" });
	expect(sent).not.toHaveProperty("currency");
});

test("a taken name is said in the dialog", async () => {
	server.use(
		http.post(`${PROJECT}/sources`, () =>
			problem(409, "exists", "Something with that name exists already."),
		),
	);
	const { user } = render_app(`${PATH}?create=yes`);
	const dialog = await screen.findByRole("dialog", { name: "New source" });
	await user.type(within(dialog).getByLabelText("Name"), "Main account");
	await user.click(within(dialog).getByRole("button", { name: "Create source" }));
	expect(await within(dialog).findByRole("alert")).toHaveTextContent("exists already");
});

test("a viewer sees no button to create", async () => {
	server.use(http.get(PROJECT, () => HttpResponse.json({ ...project, role: "viewer" })));
	render_app(PATH);
	await screen.findByRole("row", { name: /General ledger/ });
	expect(screen.queryByRole("button", { name: "New source" })).toBeNull();
});

test("an empty list says what sources are for", async () => {
	server.use(http.get(`${PROJECT}/sources`, () => HttpResponse.json(page([]))));
	render_app(PATH);
	expect(await screen.findByRole("heading", { name: "No source yet" })).toBeVisible();
});

test("no permission is told apart from a failure", async () => {
	server.use(
		http.get(`${PROJECT}/sources`, () =>
			problem(403, "forbidden", "Your role does not allow this."),
		),
	);
	render_app(PATH);
	expect(await screen.findByRole("heading", { name: "You may not see this" })).toBeVisible();
	expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});
