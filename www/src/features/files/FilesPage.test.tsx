import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { dataset, file, ledger, project, uuid } from "@/test/data";
import { render_app } from "@/test/render";
import { API, ORIGIN, PROJECT, page, problem, server } from "@/test/server";

const PATH = `/p/${project.id}/files`;
const HREF = `/api/v1/projects/${project.id}/uploads/up-1/content`;

function csv(name: string, size: number) {
	return new File([new Uint8Array(size).fill(65)], name, { type: "text/csv" });
}

/** A tus server that stores; `break_at` answers the n-th part with a lost connection. */
function tus_server({ break_at = -1 } = {}) {
	const state = {
		offset: 0,
		parts: [] as number[],
		heads: 0,
		terminated: false,
		booked: {} as unknown,
	};
	server.use(
		http.post(`${PROJECT}/uploads`, async ({ request }) => {
			state.booked = await request.json();
			return HttpResponse.json(
				{
					id: uuid(31),
					file: uuid(32),
					href: HREF,
					part_bytes: 100,
					expires_at: "2026-12-01T00:00:00Z",
				},
				{ status: 201 },
			);
		}),
		http.head(`${ORIGIN}${HREF}`, () => {
			state.heads += 1;
			return new HttpResponse(null, { headers: { "Upload-Offset": String(state.offset) } });
		}),
		http.patch(`${ORIGIN}${HREF}`, async ({ request }) => {
			if (state.parts.length === break_at && state.heads === 1) return HttpResponse.error();
			const size = (await request.arrayBuffer()).byteLength;
			expect(request.headers.get("Upload-Offset")).toBe(String(state.offset));
			expect(request.headers.get("X-CSRF-Token")).toBe("csrf");
			state.offset += size;
			state.parts.push(size);
			return new HttpResponse(null, {
				status: 204,
				headers: { "Upload-Offset": String(state.offset) },
			});
		}),
		http.delete(`${ORIGIN}${HREF}`, () => {
			state.terminated = true;
			return new HttpResponse(null, { status: 204 });
		}),
	);
	return state;
}

describe("received files", () => {
	test("show their scan and what became of them", async () => {
		render_app(PATH);
		const row = await screen.findByRole("row", { name: /ledger.csv/ });
		expect(row).toHaveTextContent("Clean");
		expect(await within(row).findByRole("link", { name: /1,000 rows, 2 rejected/ })).toBeVisible();
	});

	test("an infected one says why it was refused", async () => {
		const infected = {
			...file,
			state: "infected",
			dataset: null,
			verdict: { code: "file_infected", detail: "Eicar-Test-Signature was found." },
		};
		server.use(http.get(`${PROJECT}/files`, () => HttpResponse.json(page([infected]))));
		render_app(PATH);
		const row = await screen.findByRole("row", { name: /ledger.csv/ });
		expect(row).toHaveTextContent("Infected");
		expect(row).toHaveTextContent("Eicar-Test-Signature was found.");
	});

	test("one that could not be scanned can be scanned again", async () => {
		let retried = false;
		server.use(
			http.get(`${PROJECT}/files`, () =>
				HttpResponse.json(
					page([{ ...file, state: retried ? "received" : "unscannable", dataset: null }]),
				),
			),
			http.post(`${PROJECT}/files/:file/retry`, () => {
				retried = true;
				return HttpResponse.json({ ...file, state: "received" }, { status: 202 });
			}),
		);
		const { user } = render_app(PATH);
		await user.click(await screen.findByRole("button", { name: "Scan again" }));
		expect(await screen.findByText("Waiting for scan", { selector: "span" })).toBeVisible();
	});

	test("one that waits for its mapping leads there", async () => {
		server.use(
			http.get(`${PROJECT}/datasets`, () =>
				HttpResponse.json(page([{ ...dataset, state: "needs_mapping" }])),
			),
		);
		render_app(PATH);
		expect(await screen.findByRole("link", { name: "Confirm the mapping" })).toHaveAttribute(
			"href",
			`/p/${project.id}/datasets/${dataset.id}`,
		);
	});

	test("a filter that finds nothing can be cleared", async () => {
		server.use(
			http.get(`${PROJECT}/files`, ({ request }) =>
				HttpResponse.json(page(request.url.includes("state=infected") ? [] : [file])),
			),
		);
		const { user, router } = render_app(PATH);
		await user.selectOptions(await screen.findByLabelText("State"), "infected");
		expect(await screen.findByRole("heading", { name: "No file matches" })).toBeVisible();
		expect(router.state.location.search).toEqual({ state: "infected" });
		await user.click(screen.getByRole("button", { name: "Clear the filters" }));
		expect(await screen.findByRole("row", { name: /ledger.csv/ })).toBeVisible();
	});

	test("without a source the page says that one comes first", async () => {
		server.use(http.get(`${PROJECT}/sources`, () => HttpResponse.json(page([]))));
		render_app(PATH);
		expect(await screen.findByRole("link", { name: "Create a source" })).toBeVisible();
	});
});

describe("an upload", () => {
	async function choose(user: ReturnType<typeof render_app>["user"], ...files: File[]) {
		const button = await screen.findByRole("button", { name: "Choose files" });
		await waitFor(() => expect(button).toBeEnabled());
		await user.upload(screen.getByTestId("file-chooser"), files);
	}

	test("goes up in parts and is announced with its hash", async () => {
		const state = tus_server();
		const { user, store } = render_app(`${PATH}?source=${ledger.id}`);
		await choose(user, csv("november.csv", 250));
		await waitFor(() => expect(store.getState().uploads.entries[0]?.status).toBe("done"));
		expect(state.parts).toEqual([100, 100, 50]);
		expect(state.booked).toMatchObject({ source: ledger.id, name: "november.csv", size: 250 });
		expect(state.booked).toHaveProperty("sha256", expect.stringMatching(/^[0-9a-f]{64}$/));
	});

	test("goes on where the server stands after a lost connection", async () => {
		const state = tus_server({ break_at: 1 });
		const { user, store } = render_app(PATH);
		await choose(user, csv("november.csv", 250));
		expect(await screen.findByText(/connection lost, trying again/)).toBeVisible();
		await waitFor(() => expect(store.getState().uploads.entries[0]?.status).toBe("done"), {
			timeout: 4000,
		});
		expect(state.heads).toBe(2);
		expect(state.parts).toEqual([100, 100, 50]);
	});

	test("is refused before a byte is sent, in the server's words", async () => {
		const state = tus_server();
		const { user } = render_app(PATH);
		await choose(user, csv("empty.csv", 0), csv("large.csv", 1_000_001));
		const alerts = await screen.findAllByRole("alert");
		expect(alerts[0]).toHaveTextContent("The file is empty.");
		expect(alerts[1]).toHaveTextContent("The body is larger than allowed.");
		expect(state.heads).toBe(0);
	});

	test("that the server refuses says why, and can be removed", async () => {
		tus_server();
		server.use(
			http.post(`${PROJECT}/uploads`, () =>
				problem(422, "quota", "The project's storage quota would be exceeded."),
			),
		);
		const { user } = render_app(PATH);
		await choose(user, csv("november.csv", 10));
		expect(await screen.findByRole("alert")).toHaveTextContent("storage quota would be exceeded");
		await user.click(screen.getByRole("button", { name: "Remove november.csv" }));
		await waitFor(() => expect(screen.queryByText("november.csv")).toBeNull());
	});

	test("pauses, resumes, and is given up on the server when removed", async () => {
		const state = tus_server();
		let release = () => {};
		const held = new Promise<void>((resolve) => {
			release = resolve;
		});
		server.use(
			http.patch(`${ORIGIN}${HREF}`, async () => {
				await held;
				return new HttpResponse(null, { status: 204, headers: { "Upload-Offset": "100" } });
			}),
		);
		const { user, store } = render_app(PATH);
		await choose(user, csv("november.csv", 250));
		await user.click(await screen.findByRole("button", { name: "Pause november.csv" }));
		expect(await screen.findByText(/paused/)).toBeVisible();
		await user.click(screen.getByRole("button", { name: "Resume november.csv" }));
		await waitFor(() => expect(store.getState().uploads.entries[0]?.status).not.toBe("paused"));
		await user.click(screen.getByRole("button", { name: "Remove november.csv" }));
		release();
		await waitFor(() => expect(state.terminated).toBe(true));
		expect(store.getState().uploads.entries).toEqual([]);
	});

	test("is not offered to a viewer", async () => {
		server.use(
			http.get(PROJECT, () => HttpResponse.json({ ...project, role: "viewer" })),
			http.get(`${API}/limits`, () => HttpResponse.error()),
		);
		render_app(PATH);
		await screen.findByRole("row", { name: /ledger.csv/ });
		expect(screen.queryByRole("button", { name: "Choose files" })).toBeNull();
	});
});
