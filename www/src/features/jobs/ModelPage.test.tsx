import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { ModelNew, ModelVersion } from "@/api";
import { job, model, project, uuid } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, problem, REC, server } from "@/test/server";

const PATH = `/p/${project.id}/jobs/${job.id}/model`;

/** Answers pins with what was given. */
function pins(): ModelNew[] {
	const given: ModelNew[] = [];
	server.use(
		http.post(`${REC}/models`, async ({ request }) => {
			const asked = (await request.json()) as ModelNew;
			given.push(asked);
			return HttpResponse.json(
				{
					version: given.length,
					sha256: "ab".repeat(32),
					job: asked.job ?? null,
					model,
					created_at: "2026-11-02T10:00:00Z",
				} satisfies ModelVersion,
				{ status: 201 },
			);
		}),
	);
	return given;
}

test("shows the weight of every level, and what is not used", async () => {
	render_app(PATH);
	const equal = await screen.findByRole("row", { name: /^equal/ });
	expect(equal).toHaveTextContent("70.7%0.1%9.0");
	expect(screen.getByRole("row", { name: /^else/ })).toHaveTextContent("\u22122.0");
	expect(screen.getByText(/Not used, since they tell too little: branch\./)).toBeVisible();
	expect(screen.getByText(/941 matches were expected/)).toBeVisible();
});

test("is pinned by a press, and a changed one by its file", async () => {
	const given = pins();
	const { user } = render_app(PATH);
	await user.click(await screen.findByRole("button", { name: "Pin this model" }));
	expect(await screen.findByText(/Version 1 is pinned/)).toBeVisible();
	const file = new File([JSON.stringify(model)], "model.json", { type: "application/json" });
	await user.upload(screen.getByLabelText("Pin a changed one"), file);
	expect(await screen.findByText(/Version 2 is pinned/)).toBeVisible();
	expect(given).toEqual([{ job: job.id }, { model }]);
});

test("a file that is no model is refused before it is sent", async () => {
	const given = pins();
	const { user } = render_app(PATH);
	const file = new File(["{"], "model.json", { type: "application/json" });
	await user.upload(await screen.findByLabelText("Pin a changed one"), file);
	expect(await screen.findByRole("alert")).toHaveTextContent("model.json is not a model");
	expect(given).toEqual([]);
});

test("who may not write rules sees it without the means to pin it", async () => {
	server.use(http.get(PROJECT, () => HttpResponse.json({ ...project, role: "viewer" })));
	render_app(PATH);
	expect(await screen.findByRole("button", { name: "Download" })).toBeVisible();
	expect(screen.queryByRole("button", { name: "Pin this model" })).toBeNull();
});

test("a job that learned nothing says so", async () => {
	server.use(
		http.get(`${PROJECT}/jobs/:job/model`, () =>
			problem(404, "not_found", "The job has learned nothing."),
		),
	);
	render_app(PATH);
	expect(await screen.findByRole("alert")).toHaveTextContent("The job has learned nothing.");
});

test("a reconciliation with a pinned model says so and lets it go", async () => {
	let pinned = true;
	server.use(
		http.get(REC, async () => {
			const { reconciliation } = await import("@/test/data");
			return HttpResponse.json({ ...reconciliation, model_version: pinned ? 3 : null });
		}),
		http.delete(`${REC}/models/pinned`, () => {
			pinned = false;
			return new HttpResponse(null, { status: 204 });
		}),
	);
	const { user } = render_app(`/p/${project.id}/reconciliations/${uuid(60)}`);
	expect(await screen.findByText("Jobs score by version 3 of the model")).toBeVisible();
	await user.click(screen.getByRole("button", { name: "Let jobs learn again" }));
	await expect.poll(() => screen.queryByText("Jobs score by version 3 of the model")).toBeNull();
});
