import { Link } from "@tanstack/react-router";
import { api } from "@/api";
import { is_moving, job_in_words, matched_share } from "@/components/job/progress";
import { Card, Failure, RelativeTime, Skeleton, StateBadge } from "@/components/ui";
import { format_bytes, format_percent } from "@/lib/numbers";
import { FILE_STATES, JOB_STATES } from "@/lib/words";
import styles from "./Latest.module.css";

const FEW = 6;

/** What came in last. */
export function LatestFiles({ project }: { project: string }) {
	const { data, error, isLoading, refetch } = api.useFileListQuery({ project, limit: FEW });
	if (data?.items.length === 0) return null;
	return (
		<Card title="Latest files" flush>
			{isLoading && <Skeleton />}
			{error && <Failure problem={error} what="The list of files" on_retry={refetch} />}
			<ul className={styles.list}>
				{data?.items.map((file) => (
					<li key={file.id} className={styles.row}>
						<Link
							to="/p/$project/files"
							params={{ project }}
							search={{ source: file.source }}
							className={styles.name}
						>
							{file.name}
						</Link>
						<span className={styles.note}>
							{format_bytes(file.size)}, <RelativeTime at={file.uploaded_at} />
						</span>
						<StateBadge table={FILE_STATES} state={file.state} />
					</li>
				))}
			</ul>
		</Card>
	);
}

interface LatestJobsProps {
	project: string;
	/** Names of reconciliations by id. */
	names: ReadonlyMap<string, string>;
}

/** What ran last. */
export function LatestJobs({ project, names }: LatestJobsProps) {
	const { data, error, isLoading, refetch } = api.useJobListQuery({ project, limit: FEW });
	if (data?.items.length === 0) return null;
	return (
		<Card title="Latest jobs" flush>
			{isLoading && <Skeleton />}
			{error && <Failure problem={error} what="The list of jobs" on_retry={refetch} />}
			<ul className={styles.list}>
				{data?.items.map((job) => {
					const share = matched_share(job);
					return (
						<li key={job.id} className={styles.row}>
							<Link
								to="/p/$project/jobs/$job"
								params={{ project, job: job.id }}
								className={styles.name}
							>
								{names.get(job.reconciliation) ?? "Job"}
							</Link>
							<span className={styles.note}>
								{is_moving(job) ? job_in_words(job) : <RelativeTime at={job.created_at} />}
								{share && `, ${format_percent(share.matched, share.rows)} matched`}
							</span>
							<StateBadge table={JOB_STATES} state={job.state} />
						</li>
					);
				})}
			</ul>
		</Card>
	);
}
