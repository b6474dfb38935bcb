/* A job's progress in words; the same on the job page, the list and the dashboard. */
import type { Job } from "@/api";
import { format_duration } from "@/lib/dates";
import { format_compact, format_count } from "@/lib/numbers";

export const JOB_POLL_MS = 700;

export function is_moving(job: Job | null | undefined): boolean {
	return job?.state === "queued" || job?.state === "running";
}

/** "620,000 of 1,000,000 · 184,000 rows/s · about 2 s left" */
export function job_in_words(job: Job): string {
	if (job.state === "queued") return "Waiting for a worker";
	const parts: string[] = [];
	if (job.total > 0) parts.push(`${format_count(job.done)} of ${format_count(job.total)}`);
	if (job.rate > 0) parts.push(`${format_compact(job.rate)} rows/s`);
	if (job.state === "running") {
		parts.push(job.eta_ms === null ? "estimating" : `about ${format_duration(job.eta_ms)} left`);
	}
	return parts.join(" · ");
}

/** Seconds between start and end (or now), as words; empty before the start. */
export function job_duration(job: Job, now: number): string {
	if (!job.started_at) return "";
	const end = job.finished_at ? new Date(job.finished_at).getTime() : now;
	const ms = end - new Date(job.started_at).getTime();
	return ms < 1000 ? `${Math.max(0, ms)} ms` : format_duration(ms);
}

/** The share of records on both sides that a confirmed match has taken; null without records. */
export function matched_share(
	job: Job | null | undefined,
): { matched: number; rows: number } | null {
	const summary = job?.summary;
	if (!summary) return null;
	const rows = summary.left_rows + summary.right_rows;
	return rows > 0 ? { matched: rows - summary.open_left - summary.open_right, rows } : null;
}
