import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import type { DecisionNew, ViewNew } from "@/api";
import { decision, job, kim, match, open_item, project, reconciliation, uuid } from "@/test/data";
import { render_app } from "@/test/render";
import { matches_page, PROJECT, page, problem, REC, server } from "@/test/server";

const PATH = `/p/${project.id}/reconciliations/${reconciliation.id}/review`;

async function grid() {
	const found = await screen.findByRole("grid", { name: "Matches" });
	await within(found).findByText("INV-1 · Invoice 1", { selector: "[id$='-0-1'] *" });
	return found;
}

function active_row() {
	return screen.getAllByRole("row").find((row) => row.getAttribute("aria-selected") === "true");
}

/** A server that takes decisions in order and gives rows their state. */
function deciding_server() {
	const taken: Array<DecisionNew & { if_match: string | null }> = [];
	let seq = 4;
	const states = new Map<number, "confirmed" | "rejected" | "suggested">();
	server.use(
		http.get(`${PROJECT}/views/:view/rows`, () =>
			HttpResponse.json(
				matches_page([1, 2, 3].map((no) => match(no, { state: states.get(no) ?? "suggested" }))),
			),
		),
		http.post(`${REC}/decisions`, async ({ request }) => {
			const body = (await request.json()) as DecisionNew;
			taken.push({ ...body, if_match: request.headers.get("If-Match") });
			if (request.headers.get("If-Match") !== `"${seq}"`)
				return problem(409, "stale", "It was changed in between.");
			seq += 1;
			if (body.match) states.set(body.match.no, body.kind === "reject" ? "rejected" : "confirmed");
			else states.clear();
			return HttpResponse.json(decision(seq, { ...body, match: body.match ?? null }), {
				status: 201,
			});
		}),
	);
	return {
		taken,
		set_seq: (next: number) => {
			seq = next;
		},
	};
}

describe("the grid", () => {
	test("shows what is to check, with both sides, and the evidence of the first row", async () => {
		let asked: unknown;
		server.use(
			http.post(`${REC}/views`, async ({ request }) => {
				asked = await request.json();
				return HttpResponse.json({ view: uuid(70), total: 3, version: 4 }, { status: 201 });
			}),
		);
		render_app(PATH);
		const found = await grid();
		expect(found).toHaveAttribute("aria-rowcount", "4");
		expect(asked).toEqual({
			kind: "matches",
			job: job.id,
			filter: { state: ["suggested", "ambiguous"] },
		});
		const evidence = screen.getByRole("complementary", { name: "Evidence" });
		expect(
			await within(evidence).findByRole("row", { name: /reference R-1 R-9 Against/ }),
		).toBeVisible();
		expect(within(evidence).getByRole("row", { name: /amount 18.87 18.87 Equal/ })).toBeVisible();
		expect(within(evidence).getByText("not given")).toBeVisible();
		expect(await within(evidence).findByText("Rivals and sums")).toBeVisible();
		expect(within(evidence).getByText("+1.8")).toBeVisible();
	});

	test("moves by keys with one tab stop, and keeps the row in the URL", async () => {
		const { user, router } = render_app(PATH);
		const found = await grid();
		expect(found).toHaveFocus();
		await user.keyboard("jj");
		expect(active_row()).toHaveAttribute("aria-rowindex", "4");
		await user.keyboard("k{ArrowRight}");
		expect(active_row()).toHaveAttribute("aria-rowindex", "3");
		expect(found.getAttribute("aria-activedescendant")).toMatch(/-1-1$/);
		await user.keyboard("{End}");
		expect(active_row()).toHaveAttribute("aria-rowindex", "4");
		await waitFor(() => expect(router.state.location.search).toMatchObject({ row: "3" }));
	});

	test("opens where the URL says", async () => {
		render_app(`${PATH}?row=2`);
		await grid();
		expect(active_row()).toHaveAttribute("aria-rowindex", "3");
	});

	test("sorts by its heads, by mouse and by keys", async () => {
		const asked: ViewNew[] = [];
		server.use(
			http.post(`${REC}/views`, async ({ request }) => {
				asked.push((await request.json()) as ViewNew);
				return HttpResponse.json(
					{ view: uuid(70 + asked.length), total: 3, version: 4 },
					{ status: 201 },
				);
			}),
		);
		const { user, router } = render_app(PATH);
		await grid();
		await user.click(screen.getByRole("columnheader", { name: "Confidence" }));
		await waitFor(() =>
			expect(asked.at(-1)?.sort).toEqual([{ field: "confidence", descending: false }]),
		);
		await waitFor(() =>
			expect(screen.getByRole("columnheader", { name: "Confidence" })).toHaveAttribute(
				"aria-sort",
				"ascending",
			),
		);
		screen.getByRole("grid").focus();
		await user.keyboard("{ArrowUp}{Enter}");
		await waitFor(() => expect(router.state.location.search).toMatchObject({ sort: "date" }));
	});

	test("narrows by facets, chips and words, all of it in the URL", async () => {
		const { user, router } = render_app(PATH);
		await grid();
		await user.keyboard("f");
		const filters = await screen.findByRole("complementary", { name: "Filters" });
		await user.click(await within(filters).findByRole("button", { name: /Ambiguous 3/ }));
		await waitFor(() => expect(router.state.location.search).toMatchObject({ state: "ambiguous" }));
		await user.type(screen.getByLabelText("Search in the records"), "acme");
		await waitFor(() => expect(router.state.location.search).toMatchObject({ text: "acme" }));
		await user.selectOptions(screen.getByLabelText("Confidence"), "0.7-0.9");
		await waitFor(() =>
			expect(router.state.location.search).toMatchObject({ min: "0.7", max: "0.9" }),
		);
		await user.click(screen.getByRole("button", { name: "Remove the filter Ambiguous" }));
		await user.click(screen.getByRole("button", { name: "Clear" }));
		await waitFor(() => expect(router.state.location.search).not.toHaveProperty("text"));
	});

	test("tells an empty list from one that is filtered to nothing", async () => {
		server.use(
			http.post(`${REC}/views`, () =>
				HttpResponse.json({ view: uuid(70), total: 0, version: 4 }, { status: 201 }),
			),
		);
		const { user } = render_app(PATH);
		expect(await screen.findByRole("heading", { name: "Everything is decided" })).toBeVisible();
		await user.type(screen.getByLabelText("Search in the records"), "zzz");
		expect(
			await screen.findByRole("heading", { name: "Nothing matches these filters" }),
		).toBeVisible();
	});

	test("says what failed and tries again", async () => {
		server.use(
			http.post(`${REC}/views`, () => problem(503, "unavailable", "Try again shortly."), {
				once: true,
			}),
		);
		const { user } = render_app(PATH);
		await user.click(await screen.findByRole("button", { name: "Try again" }));
		await grid();
	});
});

describe("decisions", () => {
	test("show at once, are sent in order, and go on to the next row", async () => {
		const { taken } = deciding_server();
		const { user } = render_app(PATH);
		await grid();
		await user.keyboard("ar");
		expect(active_row()).toHaveAttribute("aria-rowindex", "4");
		await waitFor(() => expect(taken).toHaveLength(2));
		expect(taken).toMatchObject([
			{ kind: "confirm", match: { job: job.id, no: 1 }, if_match: '"4"' },
			{ kind: "reject", match: { job: job.id, no: 2 }, if_match: '"5"' },
		]);
		const rows = screen.getAllByRole("row");
		expect(rows.find((row) => row.getAttribute("aria-rowindex") === "2")).toHaveTextContent(
			"Confirmed",
		);
		expect(rows.find((row) => row.getAttribute("aria-rowindex") === "3")).toHaveTextContent(
			"Rejected",
		);
	});

	test("can be taken back by z", async () => {
		const { taken } = deciding_server();
		const { user } = render_app(PATH);
		await grid();
		await user.keyboard("a");
		await screen.findByRole("button", { name: /1 decided, refresh the list/ });
		await user.keyboard("z");
		await waitFor(() => expect(taken).toHaveLength(2));
		expect(taken[1]).toMatchObject({ kind: "undo", decision: decision(5).id, if_match: '"5"' });
		expect(active_row()).toHaveAttribute("aria-rowindex", "2");
	});

	test("are sent again when somebody decided about another match meanwhile", async () => {
		const { taken, set_seq } = deciding_server();
		set_seq(6);
		server.use(
			http.get(`${REC}/decisions`, () =>
				HttpResponse.json(page([decision(6, { match: { job: job.id, no: 9 }, user: kim.user })])),
			),
		);
		const { user } = render_app(PATH);
		await grid();
		await user.keyboard("a");
		await waitFor(() => expect(taken).toHaveLength(2));
		expect(taken.map(({ if_match }) => if_match)).toEqual(['"4"', '"6"']);
	});

	test("that cross somebody else's on the same match are taken back, saying whose", async () => {
		const { set_seq } = deciding_server();
		set_seq(6);
		server.use(
			http.get(`${REC}/decisions`, () =>
				HttpResponse.json(page([decision(6, { kind: "reject", user: kim.user })])),
			),
		);
		const { user } = render_app(PATH);
		await grid();
		await user.keyboard("a");
		expect(await screen.findAllByText(/Kim Doe rejected this/)).not.toHaveLength(0);
		await waitFor(() => {
			const row = screen
				.getAllByRole("row")
				.find((item) => item.getAttribute("aria-rowindex") === "2");
			expect(row).toHaveTextContent("Suggested");
		});
	});

	test("of earlier sittings stand in the evidence and can be undone there", async () => {
		const { taken } = deciding_server();
		server.use(
			http.get(`${REC}/decisions`, () =>
				HttpResponse.json(page([decision(4, { user: kim.user, note: "Seen on paper" })])),
			),
		);
		const { user } = render_app(PATH);
		await grid();
		expect(await screen.findByText("“Seen on paper”")).toBeVisible();
		await user.click(screen.getByRole("button", { name: "Undo" }));
		await waitFor(() => expect(taken).toMatchObject([{ kind: "undo", decision: decision(4).id }]));
	});

	test("are not offered to a viewer", async () => {
		const { taken } = deciding_server();
		server.use(http.get(PROJECT, () => HttpResponse.json({ ...project, role: "viewer" })));
		const { user } = render_app(PATH);
		await grid();
		expect(await screen.findByText(/Your role does not decide/)).toBeVisible();
		await user.keyboard("a");
		expect(taken).toEqual([]);
	});
});

test("open items show why they are open and what came closest", async () => {
	server.use(
		http.get(`${PROJECT}/views/:view/rows`, () =>
			HttpResponse.json({
				kind: "open_items",
				items: [open_item(4, { break_type: "overdue" }), open_item(6, { nearest: null })],
				offset: 0,
				total: 2,
				version: 4,
			}),
		),
		http.post(`${REC}/views`, () =>
			HttpResponse.json({ view: uuid(71), total: 2, version: 4 }, { status: 201 }),
		),
	);
	const { user } = render_app(`${PATH}?list=left`);
	const found = await screen.findByRole("grid", { name: "Open items" });
	expect(await within(found).findByText("Overdue")).toBeVisible();
	const panel = screen.getByRole("complementary", { name: "Evidence" });
	expect(await within(panel).findByText("Due, and not there.")).toBeVisible();
	expect(within(panel).getByText("confidence 0.31")).toBeVisible();
	expect(within(panel).getByText("0.01 more")).toBeVisible();
	found.focus();
	await user.keyboard("j");
	expect(await within(panel).findByText("Nothing comes close.")).toBeVisible();
});

test("before the first job there is nothing to review", async () => {
	server.use(http.get(REC, () => HttpResponse.json({ ...reconciliation, last_job: null })));
	render_app(PATH);
	expect(await screen.findByRole("heading", { name: "Nothing to review yet" })).toBeVisible();
});
