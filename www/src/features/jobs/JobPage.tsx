import { getRouteApi, Link } from "@tanstack/react-router";
import { BrainCircuit, EyeOff, ListChecks, RotateCw, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { api, type Job } from "@/api";
import { MoneyCheck } from "@/components/job/MoneyCheck";
import { ProofCard } from "@/components/job/ProofCard";
import { is_moving, JOB_POLL_MS, job_duration, job_in_words } from "@/components/job/progress";
import { SummaryFigures } from "@/components/job/SummaryFigures";
import {
	Button,
	button_class,
	Card,
	CopyButton,
	Failure,
	Notice,
	PageHeader,
	ProgressBar,
	RelativeTime,
	Skeleton,
	StateBadge,
	useToast,
} from "@/components/ui";
import { cx } from "@/lib/cx";
import { format_percent } from "@/lib/numbers";
import { JOB_STATES, may } from "@/lib/words";
import styles from "./JobPage.module.css";

const route = getRouteApi("/shell/p/$project/jobs/$job");

export function JobPage() {
	const { project, job: id } = route.useParams();
	const args = { project, job: id };
	const known = api.endpoints.jobGet.useQueryState(args);
	const { data, error, isLoading, refetch } = api.useJobGetQuery(args, {
		pollingInterval: is_moving(known.data) || !known.data ? JOB_POLL_MS : 0,
	});
	const { data: reconciliation } = api.useReconciliationGetQuery(
		{ project, reconciliation: data?.reconciliation ?? "" },
		{ skip: !data },
	);
	const { data: sources } = api.useSourceListQuery({ project });
	const { data: about } = api.useProjectGetQuery({ project });

	if (isLoading) return <Skeleton />;
	if (!data) return <Failure problem={error} what="The job" on_retry={refetch} />;
	const name_of = (source?: string) =>
		sources?.items.find((item) => item.id === source)?.name ?? "";
	return (
		<div className={styles.page}>
			<PageHeader
				title={reconciliation?.name ?? "Job"}
				tab={progress_title(data)}
				description={
					<span className={styles.about}>
						<Link
							to="/p/$project/reconciliations/$rec"
							params={{ project, rec: data.reconciliation }}
						>
							Reconciliation
						</Link>
						<StateBadge table={JOB_STATES} state={data.state} />
						<span>
							queued <RelativeTime at={data.created_at} />
						</span>
						<Elapsed job={data} />
					</span>
				}
				actions={<JobActions project={project} job={data} may_run={may(about?.role, "job.run")} />}
			/>
			{error && (
				<Notice tone="warn" role="status" title="The connection is unsteady.">
					The figures below are the last ones that arrived; the job goes on by itself.
				</Notice>
			)}
			{is_moving(data) && <Progress job={data} />}
			{data.state === "failed" && (
				<Notice tone="bad" role="alert" title="The job failed; nothing was changed.">
					{data.error?.detail}
				</Notice>
			)}
			{data.state === "cancelled" && <Notice title="The job was cancelled; nothing was changed." />}
			{data.summary && (
				<>
					<SummaryFigures job={data} />
					<MoneyCheck
						money={data.summary.money}
						left={name_of(reconciliation?.left)}
						right={name_of(reconciliation?.right)}
					/>
					<ProofCard
						project={project}
						job={data}
						summary={data.summary}
						left={name_of(reconciliation?.left)}
						right={name_of(reconciliation?.right)}
					/>
					<nav aria-label="More about this job" className={styles.more}>
						<Link
							to="/p/$project/jobs/$job/sample"
							params={{ project, job: id }}
							className={button_class("secondary", "small")}
						>
							<EyeOff size={14} aria-hidden />
							Check a blind sample
						</Link>
						{data.model && (
							<Link
								to="/p/$project/jobs/$job/model"
								params={{ project, job: id }}
								className={button_class("secondary", "small")}
							>
								<BrainCircuit size={14} aria-hidden />
								{data.model_version === null ? "What was learned" : "The pinned model"}
							</Link>
						)}
					</nav>
				</>
			)}
			{data.result_hash && (
				<p className={styles.hash}>
					Result <code>{data.result_hash.slice(0, 16)}…</code>
					<CopyButton text={data.result_hash} label="Copy the result's hash" />
				</p>
			)}
		</div>
	);
}

/** The share done, for the browser's tab. */
function progress_title(job: Job): string | undefined {
	return job.state === "running" && job.total > 0 ? format_percent(job.done, job.total) : undefined;
}

function Elapsed({ job }: { job: Job }) {
	const [now, set_now] = useState(() => Date.now());
	const running = job.state === "running";
	useEffect(() => {
		if (!running) return;
		const timer = setInterval(() => set_now(Date.now()), 1000);
		return () => clearInterval(timer);
	}, [running]);
	const text = job_duration(job, now);
	if (!text) return null;
	return <span>{running ? `running for ${text}` : `took ${text}`}</span>;
}

interface JobActionsProps {
	project: string;
	job: Job;
	may_run: boolean;
}

function JobActions({ project, job, may_run }: JobActionsProps) {
	const [cancel, { isLoading, isSuccess }] = api.useJobCancelMutation();
	const { fail } = useToast();
	const params = { project, rec: job.reconciliation };
	if (job.state === "done") {
		return (
			<Link
				to="/p/$project/reconciliations/$rec/review"
				params={params}
				search={{ job: job.id }}
				className={button_class("primary")}
			>
				<ListChecks size={15} aria-hidden />
				Review the result
			</Link>
		);
	}
	if (!may_run) return null;
	if (is_moving(job)) {
		return (
			<Button
				variant="danger"
				icon={<Square size={13} aria-hidden />}
				busy={isLoading || isSuccess}
				onClick={() => cancel({ project, job: job.id }).unwrap().catch(fail)}
			>
				{isSuccess ? "Cancelling" : "Cancel"}
			</Button>
		);
	}
	return (
		<Link to="/p/$project/reconciliations/$rec" params={params} className={button_class("primary")}>
			<RotateCw size={14} aria-hidden />
			Start another
		</Link>
	);
}

function Progress({ job }: { job: Job }) {
	const phase = job.state === "queued" ? "Queued" : job.phase || "Starting";
	return (
		<Card>
			<div className={styles.progress}>
				<div className={styles.line}>
					<strong className={cx(styles.phase)}>{phase.replaceAll("_", " ")}</strong>
					{job.total > 0 && (
						<span className={styles.percent}>{format_percent(job.done, job.total)}</span>
					)}
				</div>
				<ProgressBar label={`Phase ${phase}`} done={job.done} total={job.total} />
				<p className={styles.words} aria-live="polite">
					{job_in_words(job)}
					{job.attempt > 1 && ` · attempt ${job.attempt}`}
				</p>
			</div>
		</Card>
	);
}
