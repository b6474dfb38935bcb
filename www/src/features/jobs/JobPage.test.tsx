import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import type { Job } from "@/api";
import { job, project, reconciliation } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, problem, server } from "@/test/server";

const PATH = `/p/${project.id}/jobs/${job.id}`;
const running: Job = {
	...job,
	state: "running",
	phase: "match",
	done: 620_000,
	total: 1_000_000,
	eta_ms: 2100,
	finished_at: null,
	summary: null,
	result_hash: null,
};

function answer(...jobs: Job[]) {
	let at = 0;
	server.use(
		http.get(`${PROJECT}/jobs/:job`, () => {
			const next = jobs[Math.min(at, jobs.length - 1)];
			at += 1;
			return HttpResponse.json(next);
		}),
	);
}

describe("a running job", () => {
	test("shows phase, share, rate and remaining time, and then its result by itself", async () => {
		answer(running, running, job);
		render_app(PATH);
		const bar = await screen.findByRole("progressbar", { name: "Phase match" });
		expect(bar).toHaveAttribute("aria-valuenow", "62");
		expect(screen.getByText("620,000 of 1,000,000 · 184K rows/s · about 2 s left")).toBeVisible();
		await waitFor(() => expect(document.title).toBe("62.0% · Recon"));
		expect(await screen.findByRole("link", { name: "Review the result" })).toHaveAttribute(
			"href",
			`/p/${project.id}/reconciliations/${reconciliation.id}/review?job=${job.id}`,
		);
	});

	test("is cancelled on request", async () => {
		let cancelled = false;
		server.use(
			http.get(`${PROJECT}/jobs/:job`, () =>
				HttpResponse.json(cancelled ? { ...running, state: "cancelled" } : running),
			),
			http.post(`${PROJECT}/jobs/:job/cancel`, () => {
				cancelled = true;
				return HttpResponse.json(running, { status: 202 });
			}),
		);
		const { user } = render_app(PATH);
		await user.click(await screen.findByRole("button", { name: "Cancel" }));
		expect(await screen.findByText(/The job was cancelled; nothing was changed/)).toBeVisible();
		expect(screen.getByRole("link", { name: "Start another" })).toBeVisible();
	});

	test("says that it waits for a worker, and what it cannot estimate yet", async () => {
		answer(
			{ ...running, state: "queued", phase: "", done: 0, total: 0, rate: 0 },
			{
				...running,
				rate: 0,
				eta_ms: null,
				attempt: 2,
			},
		);
		render_app(PATH);
		expect(await screen.findByText("Waiting for a worker")).toBeVisible();
		expect(await screen.findByText(/estimating · attempt 2/)).toBeVisible();
	});
});

test("a finished one shows its figures and that the money adds up", async () => {
	render_app(PATH);
	expect(await screen.findByText("94.5%")).toBeVisible();
	const row = await screen.findByRole("row", { name: /General ledger EUR/ });
	expect(row).toHaveTextContent("1,000.00");
	expect(row).toHaveTextContent("Balanced");
	expect(screen.getByText("took 2 s")).toBeVisible();
});

test("money that does not add up is said", async () => {
	const summary = job.summary;
	if (!summary) throw new Error("the sample has a summary");
	answer({
		...job,
		summary: { ...summary, money: summary.money.map((row) => ({ ...row, balanced: false })) },
	});
	render_app(PATH);
	expect((await screen.findAllByText("Does not add up"))[0]).toBeVisible();
});

test("a failed one says why", async () => {
	answer({
		...running,
		state: "failed",
		error: { code: "memory_bound", detail: "The work does not fit the configured memory bound." },
	});
	render_app(PATH);
	expect(await screen.findByRole("alert")).toHaveTextContent(
		"does not fit the configured memory bound",
	);
});

test("one that does not exist is a failure with its request", async () => {
	server.use(
		http.get(`${PROJECT}/jobs/:job`, () => problem(404, "not_found", "There is no such thing.")),
	);
	render_app(PATH);
	expect(await screen.findByRole("alert")).toHaveTextContent("req-1");
});

test("a finished one proves its identities, and says what it does not know", async () => {
	render_app(PATH);
	const rows = await screen.findByRole("row", { name: /^Rows General ledger/ });
	expect(rows).toHaveTextContent("7 brought forward+1,000 accepted");
	expect(rows).toHaveTextContent("940 matched+0 written off+7 excluded+60 open");
	expect(rows).toHaveTextContent("Holds");
	const matched = screen.getByRole("row", { name: /^Matched EUR/ });
	expect(matched).toHaveTextContent("900.00 left−899.50 right0.50 fee");
	expect(screen.getByRole("row", { name: /^Proof EUR/ })).toHaveTextContent("Does not hold");
	expect(screen.getByText(/99\.8% of true pairs were looked at/)).toBeVisible();
	expect(screen.getByText(/uncalibrated.*12 decisions, 1 error so far/)).toBeVisible();
	expect(screen.getByText("7 open items of earlier jobs")).toBeVisible();
	expect(screen.getByRole("button", { name: "Receipt" })).toBeVisible();
	expect(screen.getByRole("link", { name: "What was learned" })).toHaveAttribute(
		"href",
		`${PATH}/model`,
	);
});

test("one of an older version shows what it has", async () => {
	const { identities: _, calibration: __, candidate_recall: ___, ...old } = job.summary ?? {};
	answer({ ...job, summary: old as Job["summary"], receipt: false, model: false });
	render_app(PATH);
	expect(await screen.findByText("94.5%")).toBeVisible();
	expect(screen.queryByRole("button", { name: "Receipt" })).toBeNull();
	expect(screen.queryByRole("link", { name: "What was learned" })).toBeNull();
});
