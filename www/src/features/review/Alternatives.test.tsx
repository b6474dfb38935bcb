import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { DecisionNew, MatchRow } from "@/api";
import { decision, job, match, project, reconciliation, record } from "@/test/data";
import { render_app } from "@/test/render";
import { matches_page, PROJECT, REC, server } from "@/test/server";

const PATH = `/p/${project.id}/reconciliations/${reconciliation.id}/review`;
const other = (row: number) => ({ record: record("right", row), confidence: 0.31 });

/** One row; the decisions that were sent. */
function asking(row: MatchRow): DecisionNew[] {
	const sent: DecisionNew[] = [];
	server.use(
		http.get(`${PROJECT}/views/:view/rows`, () => HttpResponse.json(matches_page([row]))),
		http.post(`${REC}/views`, () =>
			HttpResponse.json({ view: job.id, total: 1, version: 4 }, { status: 201 }),
		),
		http.post(`${REC}/decisions`, async ({ request }) => {
			sent.push((await request.json()) as DecisionNew);
			return HttpResponse.json(decision(5), { status: 201 });
		}),
	);
	return sent;
}

test("of three of five, one is let go before another is taken", async () => {
	const sent = asking(
		match(1, {
			kind: "n:m",
			status: "ambiguous",
			state: "ambiguous",
			left: [1, 2].map((row) => record("left", row)),
			right: [1, 2].map((row) => record("right", row)),
			choice: { left: { k: 2, n: 2 }, right: { k: 2, n: 3 } },
			alternatives: [other(7)],
		}),
	);
	const { user } = render_app(PATH);
	const group = await screen.findByRole("group", { name: /: 2 of 3$/ });
	expect(screen.getByText("evidence cannot choose between them")).toBeVisible();
	const seventh = within(group).getByRole("checkbox", { name: /INV-7/ });
	expect(seventh).toBeDisabled();
	await user.click(within(group).getByRole("checkbox", { name: /INV-1 / }));
	const confirm = screen.getByRole("button", { name: "Confirm with these records" });
	expect(confirm).toBeDisabled();
	await user.click(seventh);
	await user.click(confirm);
	await expect.poll(() => sent).toHaveLength(1);
	expect(sent[0]?.records).toEqual(
		[record("left", 1), record("left", 2), record("right", 2), record("right", 7)].map(
			({ dataset, row }) => ({ dataset, row }),
		),
	);
});

test("of one, another takes its place", async () => {
	const sent = asking(
		match(1, { status: "ambiguous", state: "ambiguous", alternatives: [other(7), other(8)] }),
	);
	const { user } = render_app(PATH);
	const group = await screen.findByRole("group", { name: /: 1 of 3$/ });
	await user.click(within(group).getByRole("radio", { name: /INV-8/ }));
	expect(within(group).getByRole("radio", { name: /INV-1 / })).not.toBeChecked();
	await user.click(screen.getByRole("button", { name: "Confirm with these records" }));
	await expect.poll(() => sent).toHaveLength(1);
	expect(sent[0]).toMatchObject({
		kind: "confirm",
		records: [
			{ row: 1, dataset: record("left", 1).dataset },
			{ row: 8, dataset: record("right", 8).dataset },
		],
	});
});

test("who may not decide sees the question and cannot answer it", async () => {
	asking(match(1, { status: "ambiguous", state: "ambiguous", alternatives: [other(7)] }));
	server.use(http.get(PROJECT, () => HttpResponse.json({ ...project, role: "viewer" })));
	render_app(PATH);
	expect(await screen.findByRole("group", { name: /: 1 of 2$/ })).toBeDisabled();
	expect(screen.queryByRole("button", { name: "Confirm with these records" })).toBeNull();
});
