import { Pause, Play, RotateCw, X } from "lucide-react";
import { useAppDispatch, useAppSelector } from "@/api/state";
import { pause_upload, remove_upload, resume_upload } from "@/api/uploads";
import type { UploadEntry } from "@/api/uploads_state";
import { Card, IconButton, ProgressBar, RequestId } from "@/components/ui";
import { format_duration } from "@/lib/dates";
import { format_bytes } from "@/lib/numbers";
import styles from "./UploadList.module.css";

/** What this tab is sending or failed to send; a finished upload is in the table below. */
export function UploadList({ project }: { project: string }) {
	const entries = useAppSelector(({ uploads }) => uploads.entries);
	const shown = entries.filter((entry) => entry.project === project && entry.status !== "done");
	if (shown.length === 0) return null;
	return (
		<Card title="Uploading" flush>
			<ul className={styles.list}>
				{shown.map((entry) => (
					<UploadRow key={entry.id} entry={entry} />
				))}
			</ul>
		</Card>
	);
}

/** "12.4 MB of 80 MB · 9.1 MB/s · 7 s left" */
export function progress_in_words({ sent, size, rate, status }: UploadEntry): string {
	const parts = [`${format_bytes(sent)} of ${format_bytes(size)}`];
	if (status === "sending" && rate > 0) {
		parts.push(`${format_bytes(rate)}/s`, `${format_duration(((size - sent) / rate) * 1000)} left`);
	}
	if (status === "waiting") parts.push("waiting for its turn");
	if (status === "paused") parts.push("paused");
	if (status === "retrying") parts.push("connection lost, trying again");
	return parts.join(" · ");
}

function UploadRow({ entry }: { entry: UploadEntry }) {
	const dispatch = useAppDispatch();
	const { id, name, sent, size, status, problem } = entry;
	const running = status === "sending" || status === "retrying" || status === "waiting";
	return (
		<li className={styles.row}>
			<div className={styles.text}>
				<strong className={styles.name}>{name}</strong>
				<span className={styles.words}>{progress_in_words(entry)}</span>
			</div>
			<ProgressBar
				label={`Upload of ${name}`}
				done={sent}
				total={size}
				size="thin"
				tone={status === "failed" ? "bad" : "accent"}
			/>
			{status === "failed" && problem && (
				<p role="alert" className={styles.problem}>
					{[problem.title, problem.detail].filter(Boolean).join(" ")}
					{problem.request_id && <RequestId id={problem.request_id} />}
				</p>
			)}
			<div className={styles.actions}>
				{running && (
					<IconButton label={`Pause ${name}`} onClick={() => dispatch(pause_upload(id))}>
						<Pause size={14} aria-hidden />
					</IconButton>
				)}
				{status === "paused" && (
					<IconButton label={`Resume ${name}`} onClick={() => dispatch(resume_upload(id))}>
						<Play size={14} aria-hidden />
					</IconButton>
				)}
				{status === "failed" && (
					<IconButton label={`Try ${name} again`} onClick={() => dispatch(resume_upload(id))}>
						<RotateCw size={14} aria-hidden />
					</IconButton>
				)}
				<IconButton label={`Remove ${name}`} onClick={() => dispatch(remove_upload(id))}>
					<X size={14} aria-hidden />
				</IconButton>
			</div>
		</li>
	);
}
