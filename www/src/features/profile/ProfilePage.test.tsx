import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { api_key, session_row, uuid } from "@/test/data";
import { render_app } from "@/test/render";
import { API, page, problem, server } from "@/test/server";
import { agent_in_words } from "./agent";

describe("sessions", () => {
	test("show where one is signed in; another one can be ended", async () => {
		let ended = "";
		const other = { ...session_row, id: uuid(4), current: false, agent: "curl/8.0" };
		server.use(
			http.get(`${API}/auth/sessions`, () =>
				HttpResponse.json(page(ended ? [session_row] : [session_row, other])),
			),
			http.delete(`${API}/auth/sessions/:session`, ({ params }) => {
				ended = String(params.session);
				return new HttpResponse(null, { status: 204 });
			}),
		);
		const { user } = render_app("/me");
		expect(await screen.findByRole("row", { name: /Firefox on Linux This one/ })).toBeVisible();
		const row = screen.getByRole("row", { name: /curl/ });
		await user.click(within(row).getByRole("button", { name: "End" }));
		await waitFor(() => expect(screen.queryByRole("row", { name: /curl/ })).toBeNull());
		expect(ended).toBe(other.id);
	});
});

describe("API keys", () => {
	test("are created after the password is given again; the secret is shown once", async () => {
		let stepped = false;
		server.use(
			http.post(`${API}/auth/step-up`, () => {
				stepped = true;
				return new HttpResponse(null, { status: 204 });
			}),
			http.post(`${API}/auth/api-keys`, () =>
				stepped
					? HttpResponse.json({ api_key, secret: "rk_live_abc" }, { status: 201 })
					: problem(403, "step_up", "Confirm your password first."),
			),
		);
		const { user } = render_app("/me?tab=keys");
		await user.click(await screen.findByRole("button", { name: "New key" }));
		await user.type(await screen.findByLabelText("Name"), "Nightly import");
		await user.click(screen.getByRole("button", { name: "Create key" }));
		await user.type(await screen.findByLabelText("Password"), "correct horse battery");
		await user.click(screen.getByRole("button", { name: "Confirm" }));
		expect(await screen.findByText("rk_live_abc")).toBeVisible();
		await user.click(screen.getByRole("button", { name: "I have stored it" }));
		await waitFor(() => expect(screen.queryByText("rk_live_abc")).toBeNull());
	});

	test("are revoked only after a question", async () => {
		let revoked = false;
		server.use(
			http.get(`${API}/auth/api-keys`, () =>
				HttpResponse.json(page([{ ...api_key, revoked_at: revoked ? api_key.created_at : null }])),
			),
			http.delete(`${API}/auth/api-keys/:key`, () => {
				revoked = true;
				return new HttpResponse(null, { status: 204 });
			}),
		);
		const { user } = render_app("/me?tab=keys");
		await user.click(await screen.findByRole("button", { name: "Revoke" }));
		expect(revoked).toBe(false);
		await user.click(await screen.findByRole("button", { name: "Revoke the key" }));
		expect(await screen.findByText("Revoked")).toBeVisible();
	});

	test("none yet", async () => {
		server.use(http.get(`${API}/auth/api-keys`, () => HttpResponse.json(page([]))));
		render_app("/me?tab=keys");
		expect(await screen.findByRole("heading", { name: "No API key" })).toBeVisible();
	});
});

test("preferences act at once and are kept in this browser", async () => {
	const { user } = render_app("/me?tab=preferences");
	await user.click(await screen.findByRole("radio", { name: "Dark" }));
	expect(document.documentElement).toHaveAttribute("data-scheme", "dark");
	await user.click(screen.getByRole("radio", { name: "Cosy" }));
	expect(document.documentElement).toHaveAttribute("data-density", "cosy");
	await user.click(screen.getByRole("radio", { name: "Off" }));
	await waitFor(() =>
		expect(localStorage.getItem("persist:recon-prefs")).toContain('"scheme":"\\"dark\\""'),
	);
});

test.each([
	["Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
	["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari on macOS"],
	["curl/8.0", "curl"],
	["", "Unknown client"],
])("the agent %s is %s", (agent, words) => expect(agent_in_words(agent)).toBe(words));
