import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { project, uuid } from "@/test/data";
import { render_app } from "@/test/render";
import { API, page, problem, server } from "@/test/server";

test("lists projects with the role in each", async () => {
	render_app("/projects");
	const row = await screen.findByRole("row", { name: /Treasury/ });
	expect(row).toHaveTextContent("Owner");
	expect(within(row).getByRole("link", { name: "Treasury" })).toHaveAttribute(
		"href",
		`/p/${project.id}`,
	);
});

test("an empty list names the next step", async () => {
	server.use(http.get(`${API}/projects`, () => HttpResponse.json(page([]))));
	render_app("/projects");
	expect(await screen.findByRole("heading", { name: "No project yet" })).toBeVisible();
	expect(screen.getByRole("button", { name: "New project" })).toBeVisible();
});

test("a failure says what failed, with the request to quote, and can be tried again", async () => {
	server.use(
		http.get(`${API}/projects`, () => problem(503, "unavailable", "Try again shortly."), {
			once: true,
		}),
	);
	const { user } = render_app("/projects");
	const alert = await screen.findByRole("alert");
	expect(alert).toHaveTextContent("The list of projects could not be loaded");
	expect(alert).toHaveTextContent("req-1");
	await user.click(screen.getByRole("button", { name: "Try again" }));
	expect(await screen.findByRole("row", { name: /Treasury/ })).toBeVisible();
});

test("creating one leads into it; a name that is missing is asked for", async () => {
	let sent: unknown;
	server.use(
		http.post(`${API}/projects`, async ({ request }) => {
			sent = await request.json();
			return HttpResponse.json({ ...project, id: uuid(11), name: "Payments" }, { status: 201 });
		}),
	);
	const { user, router } = render_app("/projects?create=yes");
	const dialog = await screen.findByRole("dialog", { name: "New project" });
	await user.click(within(dialog).getByRole("button", { name: "Create project" }));
	expect(await within(dialog).findByText("Give it a name.")).toBeVisible();
	await user.type(within(dialog).getByLabelText("Name"), "Payments");
	await user.selectOptions(within(dialog).getByLabelText("Base currency"), "JPY");
	await user.click(within(dialog).getByRole("button", { name: "Create project" }));
	await screen.findByRole("heading", { name: "Treasury" });
	expect(router.state.location.pathname).toBe(`/p/${uuid(11)}`);
	expect(sent).toMatchObject({ name: "Payments", base_currency: "JPY" });
});

test("what the server refuses stands at the field it points to", async () => {
	server.use(
		http.post(`${API}/projects`, () =>
			problem(422, "invalid", "The input is not valid.", {
				errors: [
					{ pointer: "/name", code: "invalid", detail: "Control characters are not allowed." },
				],
			}),
		),
	);
	const { user } = render_app("/projects?create=yes");
	await user.type(await screen.findByLabelText("Name"), "x");
	await user.click(screen.getByRole("button", { name: "Create project" }));
	expect(await screen.findByText("Control characters are not allowed.")).toBeVisible();
	expect(screen.getByRole("alert")).toHaveTextContent("The input is not valid.");
});
