/*
 * The blind sample: confirmed matches, one after the other, without what the engine says of them. What
 * the checks prove stands above; each check is a decision like any other.
 */
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleCheckBig } from "lucide-react";
import { api, type Job, type Sample } from "@/api";
import {
	Badge,
	Button,
	Empty,
	Failure,
	Figure,
	Figures,
	PageHeader,
	ProblemNotice,
	Skeleton,
} from "@/components/ui";
import { format_count, format_percent } from "@/lib/numbers";
import { may } from "@/lib/words";
import { RecordCard } from "./RecordCard";
import styles from "./SamplePage.module.css";

const route = getRouteApi("/shell/p/$project/jobs/$job/sample");

export function SamplePage() {
	const { project, job: id } = route.useParams();
	const { data: job } = api.useJobGetQuery({ project, job: id });
	const sample = api.useSampleGetQuery({ project, job: id, limit: 1 });
	const { data: about } = api.useProjectGetQuery({ project });

	if (sample.isLoading) return <Skeleton />;
	if (!sample.data || !job) {
		return <Failure problem={sample.error} what="The sample" on_retry={sample.refetch} />;
	}
	return (
		<div className={styles.page}>
			<PageHeader
				title="Blind sample"
				description={
					<>
						Of the confirmed matches of{" "}
						<Link to="/p/$project/jobs/$job" params={{ project, job: id }}>
							this job
						</Link>
						, drawn by the seed <code>{sample.data.seed}</code> of its receipt
					</>
				}
			/>
			<Proven sample={sample.data} />
			<Check
				project={project}
				job={job}
				sample={sample.data}
				may_decide={may(about?.role, "decision.write")}
				busy={sample.isFetching}
			/>
		</div>
	);
}

const share = (value: number) => format_percent(value * 1e6, 1e6);

function Proven({ sample }: { sample: Sample }) {
	const { population, checked, wrong, low, high, bound, target, shown, more, confirm_line } =
		sample;
	return (
		<>
			<Figures>
				<Figure
					label="Checked"
					value={format_count(checked)}
					note={`of ${format_count(population)} confirmed matches`}
				/>
				<Figure
					label="Wrong"
					value={format_count(wrong)}
					note={
						checked > 0 ? `${share(low)} to ${share(high)} of all, with 95%` : "nobody knows yet"
					}
					tone={wrong > 0 ? "bad" : undefined}
				/>
				<Figure label="At most wrong" value={share(bound)} note="with 95% certainty" />
				<Figure
					label={`At most 1 wrong in ${format_count(Math.round(1 / target))}`}
					value={<Badge tone={shown ? "ok" : "warn"}>{shown ? "Shown" : "Not yet shown"}</Badge>}
					note={shown ? undefined : `${format_count(more)} more without error would show it`}
				/>
			</Figures>
			{confirm_line !== null && (
				<p className={styles.note}>
					The checks show it for every match of {confirm_line.toFixed(4)} confidence or more.
				</p>
			)}
		</>
	);
}

interface CheckProps {
	project: string;
	job: Job;
	sample: Sample;
	may_decide: boolean;
	busy: boolean;
}

function Check({ project, job, sample, may_decide, busy }: CheckProps) {
	const [decide, { error, isLoading }] = api.useDecisionCreateMutation();
	const [next] = sample.items;
	if (!next) {
		return (
			<Empty icon={<CircleCheckBig size={20} aria-hidden />} title="Nothing is left to check">
				{sample.population === 0
					? "The job has confirmed nothing by itself."
					: "Everything that was drawn has been checked."}
			</Empty>
		);
	}
	const say = (kind: "confirm" | "reject") =>
		decide({
			project,
			reconciliation: job.reconciliation,
			"If-Match": `"${sample.version}"`,
			"Idempotency-Key": crypto.randomUUID(),
			decisionNew: { kind, match: next.match },
		});
	return (
		<section aria-label="To check" className={styles.check}>
			{error && <ProblemNotice problem={error} />}
			<div className={styles.sides}>
				<RecordCard title="Left" records={next.left} />
				<RecordCard title="Right" records={next.right} />
			</div>
			{may_decide ? (
				<div className={styles.actions}>
					<Button variant="primary" busy={isLoading || busy} onClick={() => say("confirm")}>
						They belong together
					</Button>
					<Button variant="danger" busy={isLoading || busy} onClick={() => say("reject")}>
						They do not
					</Button>
				</div>
			) : (
				<p className={styles.note}>Your role may look at the sample, not decide on it.</p>
			)}
			<p className={styles.note}>
				What is said to be wrong is taken apart, and its records are open again. Decide by the
				records alone; the engine's opinion is not shown on purpose.
			</p>
		</section>
	);
}
