import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowRight, ListChecks, Play } from "lucide-react";
import { api, type Job, type Reconciliation } from "@/api";
import { MoneyCheck } from "@/components/job/MoneyCheck";
import { is_moving, JOB_POLL_MS, job_duration, matched_share } from "@/components/job/progress";
import { SummaryFigures } from "@/components/job/SummaryFigures";
import {
	Button,
	button_class,
	Card,
	Empty,
	Failure,
	Notice,
	PageHeader,
	RelativeTime,
	Skeleton,
	StateBadge,
	Table,
	Td,
	Th,
	Tr,
	useToast,
} from "@/components/ui";
import { format_count, format_percent } from "@/lib/numbers";
import { JOB_STATES, may } from "@/lib/words";
import styles from "./ReconciliationPage.module.css";
import { StartJob } from "./StartJob";

const route = getRouteApi("/shell/p/$project/reconciliations/$rec");

export function ReconciliationPage() {
	const { project, rec } = route.useParams();
	const args = { project, reconciliation: rec };
	const known = api.endpoints.reconciliationGet.useQueryState(args);
	const polling = { pollingInterval: is_moving(known.data?.last_job) ? JOB_POLL_MS : 0 };
	const { data, error, isLoading, refetch } = api.useReconciliationGetQuery(args, polling);
	const { data: sources } = api.useSourceListQuery({ project });
	const { data: about } = api.useProjectGetQuery({ project });

	if (isLoading) return <Skeleton />;
	if (error || !data)
		return <Failure problem={error} what="The reconciliation" on_retry={refetch} />;
	const name_of = (id: string) => sources?.items.find((source) => source.id === id)?.name ?? "–";
	const job = data.last_job;
	return (
		<div className={styles.page}>
			<PageHeader
				title={data.name}
				description={`${name_of(data.left)} against ${name_of(data.right)}${
					data.advice ? `, by ${name_of(data.advice)}` : ""
				}`}
				actions={
					job?.summary && (
						<Link
							to="/p/$project/reconciliations/$rec/review"
							params={{ project, rec }}
							search={{}}
							className={button_class("primary")}
						>
							<ListChecks size={15} aria-hidden />
							Review
						</Link>
					)
				}
			/>
			{job?.summary && (
				<>
					<SummaryFigures job={job} />
					<MoneyCheck
						money={job.summary.money}
						left={name_of(data.left)}
						right={name_of(data.right)}
					/>
				</>
			)}
			{data.model_version !== null && (
				<PinnedModel
					project={project}
					reconciliation={data}
					may_unpin={may(about?.role, "ruleset.write")}
				/>
			)}
			{may(about?.role, "job.run") && <StartJob project={project} reconciliation={data} />}
			<Jobs project={project} reconciliation={data} />
		</div>
	);
}

interface PinnedModelProps {
	project: string;
	reconciliation: Reconciliation;
	may_unpin: boolean;
}

/** Jobs learn nothing while a model is pinned: that is worth saying where they are started. */
function PinnedModel({ project, reconciliation, may_unpin }: PinnedModelProps) {
	const [unpin, { isLoading }] = api.useModelUnpinMutation();
	const { fail } = useToast();
	const version = reconciliation.model_version;
	return (
		<Notice
			title={`Jobs score by version ${version} of the model`}
			action={
				may_unpin && (
					<Button
						size="small"
						busy={isLoading}
						onClick={() =>
							unpin({ project, reconciliation: reconciliation.id }).unwrap().catch(fail)
						}
					>
						Let jobs learn again
					</Button>
				)
			}
		>
			It is pinned: what a match looks like is not learned anew from each job's data.
		</Notice>
	);
}

interface JobsProps {
	project: string;
	reconciliation: Reconciliation;
}

function Jobs({ project, reconciliation }: JobsProps) {
	const { data, error, isLoading, refetch } = api.useJobListOfReconciliationQuery(
		{ project, reconciliation: reconciliation.id },
		{ pollingInterval: is_moving(reconciliation.last_job) ? JOB_POLL_MS : 0 },
	);
	return (
		<Card title="Jobs" flush>
			{isLoading && <Skeleton />}
			{error && <Failure problem={error} what="The list of jobs" on_retry={refetch} />}
			{data?.items.length === 0 && (
				<Empty icon={<Play size={20} aria-hidden />} title="No job yet">
					Choose a dataset for each side above and start the first one.
				</Empty>
			)}
			{data && data.items.length > 0 && <JobTable project={project} jobs={data.items} />}
		</Card>
	);
}

function JobTable({ project, jobs }: { project: string; jobs: readonly Job[] }) {
	const now = Date.now();
	return (
		<Table
			label="Jobs"
			head={
				<>
					<Th>Started</Th>
					<Th>State</Th>
					<Th end>Duration</Th>
					<Th end>Matched</Th>
					<Th end>To check</Th>
					<Th end>Open</Th>
					<Th end>
						<span>Details</span>
					</Th>
				</>
			}
		>
			{jobs.map((job) => {
				const share = matched_share(job);
				const { summary } = job;
				return (
					<Tr key={job.id}>
						<Td>
							<RelativeTime at={job.created_at} />
						</Td>
						<Td>
							<StateBadge table={JOB_STATES} state={job.state} />
						</Td>
						<Td end>{job_duration(job, now) || "–"}</Td>
						<Td end>{share ? format_percent(share.matched, share.rows) : "–"}</Td>
						<Td end>{summary ? format_count(summary.suggested + summary.ambiguous) : "–"}</Td>
						<Td end>{summary ? format_count(summary.open_left + summary.open_right) : "–"}</Td>
						<Td end>
							<Link
								to="/p/$project/jobs/$job"
								params={{ project, job: job.id }}
								className={button_class("ghost", "small")}
							>
								Open
								<ArrowRight size={13} aria-hidden />
							</Link>
						</Td>
					</Tr>
				);
			})}
		</Table>
	);
}
