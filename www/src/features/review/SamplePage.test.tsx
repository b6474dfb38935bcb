import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Decision, DecisionNew } from "@/api";
import { decision, job, project, sample } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, problem, REC, server } from "@/test/server";

const PATH = `/p/${project.id}/jobs/${job.id}/sample`;

test("says what the checks prove, and nothing of what the engine thinks", async () => {
	render_app(PATH);
	expect(await screen.findByText("Not yet shown")).toBeVisible();
	expect(screen.getByText("928 more without error would show it")).toBeVisible();
	expect(screen.getByText("00c0ffee00c0ffee")).toBeVisible();
	expect(screen.getByText("INV-3")).toBeVisible();
	expect(screen.queryByText(/confidence/i)).toBeNull();
});

test("a check is a decision on the newest log, and the next one follows", async () => {
	const sent: [string | null, DecisionNew][] = [];
	server.use(
		http.post(`${REC}/decisions`, async ({ request }) => {
			sent.push([request.headers.get("if-match"), (await request.json()) as DecisionNew]);
			return HttpResponse.json(decision(5) satisfies Decision, { status: 201 });
		}),
		http.get(`${PROJECT}/jobs/:job/sample`, () =>
			HttpResponse.json(sent.length === 0 ? sample : { ...sample, checked: 13, items: [] }),
		),
	);
	const { user } = render_app(PATH);
	await user.click(await screen.findByRole("button", { name: "They do not" }));
	expect(await screen.findByText("Nothing is left to check")).toBeVisible();
	expect(sent).toEqual([['"4"', { kind: "reject", match: sample.items[0]?.match }]]);
});

test("a refused check says why", async () => {
	server.use(
		http.post(`${REC}/decisions`, () => problem(409, "stale", "Somebody decided in between.")),
	);
	const { user } = render_app(PATH);
	await user.click(await screen.findByRole("button", { name: "They belong together" }));
	expect(await screen.findByRole("alert")).toHaveTextContent("Somebody decided in between.");
});

test("who may not decide may look", async () => {
	server.use(http.get(PROJECT, () => HttpResponse.json({ ...project, role: "viewer" })));
	render_app(PATH);
	expect(await screen.findByText(/Your role may look/)).toBeVisible();
	expect(screen.queryByRole("button", { name: "They do not" })).toBeNull();
});

test("a job without confirmed matches has nothing to check", async () => {
	server.use(
		http.get(`${PROJECT}/jobs/:job/sample`, () =>
			HttpResponse.json({ ...sample, population: 0, checked: 0, wrong: 0, items: [] }),
		),
	);
	render_app(PATH);
	expect(await screen.findByText("The job has confirmed nothing by itself.")).toBeVisible();
});
