import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowRight, Scale } from "lucide-react";
import { api, type Project, type Reconciliation } from "@/api";
import { is_moving, JOB_POLL_MS, job_in_words, matched_share } from "@/components/job/progress";
import {
	button_class,
	Card,
	Empty,
	Failure,
	Figure,
	Figures,
	PageHeader,
	ProgressBar,
	RelativeTime,
	Skeleton,
	StateBadge,
} from "@/components/ui";
import { format_count, format_percent, plural } from "@/lib/numbers";
import { JOB_STATES, may, ROLES, word_of } from "@/lib/words";
import styles from "./DashboardPage.module.css";
import { LatestFiles, LatestJobs } from "./Latest";
import { StartCard } from "./StartCard";
import { total_of } from "./totals";

const route = getRouteApi("/shell/p/$project/");

export function DashboardPage() {
	const { project } = route.useParams();
	const { data, error, isLoading, refetch } = api.useProjectGetQuery({ project });
	if (isLoading) return <Skeleton />;
	if (error || !data) return <Failure problem={error} what="The project" on_retry={refetch} />;
	return (
		<div className={styles.page}>
			<PageHeader
				title={data.name}
				description={`${word_of(ROLES, data.role).label} · ${data.base_currency} · ${data.time_zone}`}
			/>
			{may(data.role, "reconciliation.read") ? (
				<Overview project={data} />
			) : (
				<UploaderCard project={project} />
			)}
		</div>
	);
}

/** An uploader hands files in and sees nothing else. */
function UploaderCard({ project }: { project: string }) {
	return (
		<Card>
			<Empty
				title="Hand in files"
				action={
					<Link to="/p/$project/files" params={{ project }} className={button_class("primary")}>
						Go to files
					</Link>
				}
			>
				Your role uploads files; what becomes of them is seen by the others in the project.
			</Empty>
		</Card>
	);
}

function Overview({ project }: { project: Project }) {
	const args = { project: project.id };
	const known = api.endpoints.reconciliationList.useQueryState(args);
	const moving = known.data?.items.some(({ last_job }) => is_moving(last_job)) ?? false;
	const list = api.useReconciliationListQuery(args, { pollingInterval: moving ? JOB_POLL_MS : 0 });
	const sources = api.useSourceListQuery(args);
	const datasets = api.useDatasetListQuery({ ...args, state: "ready" });
	const failed = list.error ?? sources.error ?? datasets.error;
	if (failed) return <Failure problem={failed} what="The overview" on_retry={list.refetch} />;
	if (!list.data || !sources.data || !datasets.data) return <Skeleton />;

	const done = list.data.items.filter(({ last_job }) => last_job?.summary);
	return (
		<>
			{done.length === 0 && (
				<StartCard
					project={project}
					sources={sources.data.items}
					datasets={datasets.data.items}
					reconciliations={list.data.items}
				/>
			)}
			{done.length > 0 && <Totals reconciliations={done} />}
			{list.data.items.length > 0 && (
				<Queue project={project.id} reconciliations={list.data.items} />
			)}
			<div className={styles.latest}>
				<LatestJobs
					project={project.id}
					names={new Map(list.data.items.map(({ id, name }) => [id, name]))}
				/>
				<LatestFiles project={project.id} />
			</div>
		</>
	);
}

function Totals({ reconciliations }: { reconciliations: readonly Reconciliation[] }) {
	const total = total_of(reconciliations);
	return (
		<Figures>
			<Figure
				label="Records matched"
				value={format_percent(total.matched, total.rows)}
				note={`${format_count(total.matched)} of ${format_count(total.rows)}`}
			/>
			<Figure
				label="To check"
				value={format_count(total.to_check)}
				tone={total.to_check > 0 ? "warn" : "ok"}
				note={total.to_check > 0 ? "suggested and ambiguous" : "all decided"}
			/>
			<Figure label="Open items" value={format_count(total.open)} note="in the last jobs" />
			<Figure
				label="Money check"
				value={total.balanced ? "Balanced" : "Does not add up"}
				tone={total.balanced ? "ok" : "bad"}
				note="accepted = matched + open"
			/>
		</Figures>
	);
}

interface QueueProps {
	project: string;
	reconciliations: readonly Reconciliation[];
}

function Queue({ project, reconciliations }: QueueProps) {
	return (
		<Card title="Reconciliations" flush>
			<ul className={styles.queue}>
				{reconciliations.map((item) => (
					<QueueRow key={item.id} project={project} reconciliation={item} />
				))}
			</ul>
		</Card>
	);
}

interface QueueRowProps {
	project: string;
	reconciliation: Reconciliation;
}

function QueueRow({ project, reconciliation }: QueueRowProps) {
	const { id, name, last_job: job } = reconciliation;
	const share = matched_share(job);
	const to_check = job?.summary ? job.summary.suggested + job.summary.ambiguous : 0;
	const params = { project, rec: id };
	return (
		<li className={styles.row}>
			<span className={styles.icon}>
				<Scale size={16} aria-hidden />
			</span>
			<div className={styles.text}>
				<Link to="/p/$project/reconciliations/$rec" params={params} className={styles.name}>
					{name}
				</Link>
				<span className={styles.note}>
					{job ? (
						<>
							<StateBadge table={JOB_STATES} state={job.state} />{" "}
							{is_moving(job) ? (
								job_in_words(job)
							) : (
								<RelativeTime at={job.finished_at ?? job.created_at} />
							)}
						</>
					) : (
						"No job yet"
					)}
				</span>
			</div>
			<div className={styles.share}>
				{share && (
					<>
						<span>{format_percent(share.matched, share.rows)} matched</span>
						<ProgressBar
							label={`Matched in ${name}`}
							done={share.matched}
							total={share.rows}
							size="thin"
							tone="ok"
						/>
					</>
				)}
			</div>
			{job?.summary ? (
				<Link
					to="/p/$project/reconciliations/$rec/review"
					params={params}
					search={{}}
					className={button_class(to_check > 0 ? "primary" : "secondary", "small")}
				>
					{to_check > 0 ? `Check ${plural(to_check, "match", "matches")}` : "Review"}
					<ArrowRight size={13} aria-hidden />
				</Link>
			) : (
				<Link
					to="/p/$project/reconciliations/$rec"
					params={params}
					className={button_class("secondary", "small")}
				>
					Open
				</Link>
			)}
		</li>
	);
}
