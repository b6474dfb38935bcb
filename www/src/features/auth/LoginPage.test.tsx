import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { session } from "@/test/data";
import { render_app } from "@/test/render";
import { API, problem, server } from "@/test/server";

const sign_in_page = () => render_app("/login", { signed_in: false });

async function fill_in(user: ReturnType<typeof render_app>["user"]) {
	await user.type(await screen.findByLabelText("E-mail"), "ada@example.com");
	await user.type(screen.getByLabelText("Password"), "correct horse battery");
	await user.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("sign-in", () => {
	test("leads to the page that was asked for", async () => {
		let sent: unknown;
		server.use(
			http.post(`${API}/auth/sign-in`, async ({ request }) => {
				sent = await request.json();
				return HttpResponse.json(session);
			}),
		);
		const { user, router } = render_app("/projects", { signed_in: false });
		await fill_in(user);
		expect(await screen.findByRole("heading", { name: "Projects" })).toBeVisible();
		expect(sent).toEqual({ email: "ada@example.com", password: "correct horse battery" });
		expect(router.state.location.pathname).toBe("/projects");
	});

	test("says in the server's words what is wrong, and keeps the address typed", async () => {
		server.use(
			http.post(`${API}/auth/sign-in`, () =>
				problem(401, "bad_credentials", "The e-mail address or password is wrong."),
			),
		);
		const { user } = sign_in_page();
		await fill_in(user);
		expect(await screen.findByRole("alert")).toHaveTextContent(
			"The e-mail address or password is wrong.",
		);
		expect(screen.getByLabelText("E-mail")).toHaveValue("ada@example.com");
	});

	test("says how long to wait after too many attempts", async () => {
		server.use(
			http.post(`${API}/auth/sign-in`, () =>
				HttpResponse.json(
					{ title: "Too many failed attempts.", status: 429, code: "locked_out", errors: [] },
					{ status: 429, headers: { "Retry-After": "30" } },
				),
			),
		);
		const { user } = sign_in_page();
		await fill_in(user);
		expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 30 s.");
	});

	test("says that the server cannot be reached", async () => {
		server.use(http.post(`${API}/auth/sign-in`, () => HttpResponse.error()));
		const { user } = sign_in_page();
		await fill_in(user);
		expect(await screen.findByRole("alert")).toHaveTextContent("The server cannot be reached.");
	});

	test("asks for the code of the second factor, and begins again on request", async () => {
		let sent: unknown;
		server.use(
			http.post(`${API}/auth/sign-in`, () =>
				problem(401, "second_factor", "Enter the code of your authenticator."),
			),
			http.post(`${API}/auth/second-factor`, async ({ request }) => {
				sent = await request.json();
				return problem(401, "bad_second_factor", "This code is not the right one.");
			}),
		);
		const { user } = sign_in_page();
		await fill_in(user);
		await user.type(await screen.findByLabelText("Code"), "123456");
		await user.click(screen.getByRole("button", { name: "Sign in" }));
		expect(await screen.findByRole("alert")).toHaveTextContent("This code is not the right one.");
		expect(sent).toEqual({ code: "123456" });
		server.use(http.post(`${API}/auth/second-factor`, () => HttpResponse.json(session)));
		await user.click(screen.getByRole("button", { name: "Begin again" }));
		await fill_in(user);
		await user.type(await screen.findByLabelText("Code"), "654321");
		await user.click(screen.getByRole("button", { name: "Sign in" }));
		expect(await screen.findByRole("navigation", { name: "Main" })).toBeVisible();
	});

	test("shows the password on request", async () => {
		const { user } = sign_in_page();
		const field = await screen.findByLabelText("Password");
		expect(field).toHaveAttribute("type", "password");
		await user.click(screen.getByRole("button", { name: "Show the password" }));
		expect(field).toHaveAttribute("type", "text");
	});

	test("is skipped by who is signed in already", async () => {
		const { router } = render_app("/login?to=/me");
		await waitFor(() => expect(router.state.location.pathname).toBe("/me"));
	});
});

describe("a one-time link", () => {
	const CODE = "one-time-code-1234";
	function open_link() {
		window.history.replaceState(null, "", `/login#code=${CODE}`);
		return render_app(`/login#code=${CODE}`, { signed_in: false });
	}

	test("sets the password, signs in, and leaves no code in the address", async () => {
		let sent: unknown;
		server.use(
			http.post(`${API}/auth/redeem`, async ({ request }) => {
				sent = await request.json();
				return HttpResponse.json(session);
			}),
		);
		const { user } = open_link();
		expect(await screen.findByRole("heading", { name: "Welcome" })).toBeVisible();
		await waitFor(() => expect(window.location.hash).toBe(""));
		await user.type(screen.getByLabelText("Your name"), "Ada Byron");
		await user.type(screen.getByLabelText("New password"), "correct horse battery");
		await user.click(screen.getByRole("button", { name: "Set the password and sign in" }));
		expect(await screen.findByRole("navigation", { name: "Main" })).toBeVisible();
		expect(sent).toEqual({
			code: CODE,
			password: "correct horse battery",
			display_name: "Ada Byron",
		});
	});

	test("that is spent leads to the sign-in with a password", async () => {
		server.use(
			http.post(`${API}/auth/redeem`, () =>
				problem(401, "code_spent", "This one-time link was used already, or has expired."),
			),
		);
		const { user } = open_link();
		await user.type(await screen.findByLabelText("New password"), "correct horse battery");
		await user.click(screen.getByRole("button", { name: "Set the password and sign in" }));
		expect(await screen.findByRole("alert")).toHaveTextContent("was used already");
		await user.click(screen.getByRole("button", { name: "Sign in with a password instead" }));
		expect(screen.getByRole("heading", { name: "Sign in" })).toBeVisible();
	});

	test("shows at the field what is wrong with the password", async () => {
		server.use(
			http.post(`${API}/auth/redeem`, () =>
				problem(422, "password_weak", "Choose a longer or less common password.", {
					errors: [{ pointer: "/password", code: "password_weak", detail: "It is a common one." }],
				}),
			),
		);
		const { user } = open_link();
		await user.type(await screen.findByLabelText("New password"), "password1234");
		await user.click(screen.getByRole("button", { name: "Set the password and sign in" }));
		await waitFor(() =>
			expect(screen.getByLabelText("New password")).toHaveAccessibleDescription(
				/It is a common one./,
			),
		);
	});
});
