import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test, vi } from "vitest";
import { project, session } from "@/test/data";
import { render_app } from "@/test/render";
import { API, page, problem, server } from "@/test/server";

const HOME = `/p/${project.id}`;

test("the palette finds pages and projects by a few letters", async () => {
	server.use(
		http.get(`${API}/projects`, () =>
			HttpResponse.json(page([project, { ...project, id: "other", name: "Payments" }])),
		),
	);
	const { user, router } = render_app(HOME);
	await screen.findByRole("heading", { name: "Treasury" });
	await user.keyboard("{Control>}k{/Control}");
	const box = await screen.findByRole("combobox", { name: "Search or jump" });
	await user.type(box, "pay");
	expect(await screen.findByRole("option", { name: /Payments/ })).toHaveAttribute(
		"aria-selected",
		"true",
	);
	await user.clear(box);
	await user.type(box, "sources{Enter}");
	await waitFor(() => expect(router.state.location.pathname).toBe(`${HOME}/sources`));
	await user.keyboard("{Control>}k{/Control}");
	await user.type(await screen.findByRole("combobox"), "qqqq");
	expect(await screen.findByText(/Nothing is called/)).toBeVisible();
});

test("two keys go places, and ? shows every shortcut", async () => {
	const { user, router } = render_app(HOME);
	await screen.findByRole("heading", { name: "Treasury" });
	await user.keyboard("gf");
	await waitFor(() => expect(router.state.location.pathname).toBe(`${HOME}/files`));
	await user.keyboard("?");
	const help = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
	expect(within(help).getByText("Reconciliations")).toBeVisible();
});

test("the theme and the sign-out are in the account's menu", async () => {
	server.use(http.post(`${API}/auth/sign-out`, () => new HttpResponse(null, { status: 204 })));
	const { user, router, store } = render_app(HOME);
	await user.click(await screen.findByRole("button", { name: /Account of\s?Ada Byron/ }));
	await user.click(await screen.findByRole("menuitem", { name: /Dark/ }));
	expect(document.documentElement).toHaveAttribute("data-scheme", "dark");
	await user.click(screen.getByRole("button", { name: /Account of\s?Ada Byron/ }));
	await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
	await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
	expect(store.getState().session).toEqual({ status: "out", info: null });
	await waitFor(() => expect(store.getState().api.queries).toEqual({}));
});

describe("a session that ends", () => {
	test("asks for the password again over the page, and keeps the page", async () => {
		let ended = true;
		server.use(
			http.get(`${API}/projects/:project/sources`, () =>
				ended
					? problem(401, "session_ended", "The session has ended; sign in again.")
					: HttpResponse.json(page([])),
			),
			http.post(`${API}/auth/sign-in`, () => {
				ended = false;
				return HttpResponse.json(session);
			}),
		);
		const { user, router } = render_app(`${HOME}/sources`);
		const dialog = await screen.findByRole("dialog", { name: "Your session has ended" });
		expect(within(dialog).getByLabelText("E-mail")).toHaveValue("ada@example.com");
		await user.type(within(dialog).getByLabelText("Password"), "correct horse battery");
		await user.click(within(dialog).getByRole("button", { name: "Sign in" }));
		await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
		expect(router.state.location.pathname).toBe(`${HOME}/sources`);
	});

	test("is renewed silently once for all requests that find the token expired", async () => {
		let refreshed = 0;
		let expired = true;
		server.use(
			http.post(`${API}/auth/refresh`, () => {
				refreshed += 1;
				expired = false;
				return HttpResponse.json(session);
			}),
			http.get(`${API}/projects`, () =>
				expired ? problem(401, "token_expired", "Refresh it.") : HttpResponse.json(page([project])),
			),
		);
		render_app("/projects");
		expect(await screen.findByRole("row", { name: /Treasury/ })).toBeVisible();
		expect(refreshed).toBe(1);
	});
});

test("without a network a banner says since when", async () => {
	render_app("/projects");
	await screen.findByRole("row", { name: /Treasury/ });
	act(() => {
		window.dispatchEvent(new Event("offline"));
	});
	expect(await screen.findByText(/Offline since .*, read only/)).toBeVisible();
	act(() => {
		window.dispatchEvent(new Event("online"));
	});
	await waitFor(() => expect(screen.queryByText(/Offline since/)).toBeNull());
});

test("an address that leads nowhere says so", async () => {
	render_app("/nowhere");
	expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeVisible();
});

test("when the server is away at the start, the page can be tried again", async () => {
	server.use(http.get(`${API}/me`, () => problem(503, "unavailable", "Try again shortly.")));
	vi.spyOn(console, "error").mockImplementation(() => {});
	render_app("/projects");
	expect(await screen.findByRole("alert")).toHaveTextContent("The page could not be loaded");
});
