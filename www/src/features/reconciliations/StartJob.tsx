import { Link, useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { api, type Dataset, type Reconciliation } from "@/api";
import { is_moving } from "@/components/job/progress";
import { Button, Card, Failure, ProblemNotice, RelativeTime } from "@/components/ui";
import { plural } from "@/lib/numbers";
import styles from "./StartJob.module.css";

interface StartJobProps {
	project: string;
	reconciliation: Reconciliation;
}

/** Which datasets a job compares: the newest of each side, and of advice, until others are chosen. */
export function StartJob({ project, reconciliation }: StartJobProps) {
	const navigate = useNavigate();
	const left = api.useDatasetListQuery({ project, source: reconciliation.left, state: "ready" });
	const right = api.useDatasetListQuery({ project, source: reconciliation.right, state: "ready" });
	const advice = api.useDatasetListQuery(
		{ project, source: reconciliation.advice ?? "", state: "ready" },
		{ skip: reconciliation.advice === null },
	);
	const [picked_advice, pick_advice] = useState<string[] | null>(null);
	const [picked_left, pick_left] = useState<string[] | null>(null);
	const [picked_right, pick_right] = useState<string[] | null>(null);
	const [start, { error, isLoading }] = api.useJobCreateMutation();

	const failed = left.error ?? right.error ?? advice.error;
	if (failed) return <Failure problem={failed} what="The datasets" on_retry={left.refetch} />;
	if (!left.data || !right.data) return null;
	const chosen_left = picked_left ?? newest(left.data.items);
	const chosen_right = picked_right ?? newest(right.data.items);
	const chosen_advice = picked_advice ?? newest(advice.data?.items ?? []);
	const ready = chosen_left.length > 0 && chosen_right.length > 0;
	const moving = is_moving(reconciliation.last_job);

	const submit = async () => {
		const { data } = await start({
			project,
			reconciliation: reconciliation.id,
			jobNew: {
				left: chosen_left,
				right: chosen_right,
				...(chosen_advice.length > 0 && { advice: chosen_advice }),
			},
		});
		if (data) await navigate({ to: "/p/$project/jobs/$job", params: { project, job: data.id } });
	};
	return (
		<Card
			title="Start a job"
			description="What earlier jobs settled in the chosen datasets stays settled; what they left open is brought forward"
			actions={
				<Button
					variant="primary"
					icon={<Play size={14} aria-hidden />}
					disabled={!ready || moving}
					busy={isLoading}
					onClick={submit}
				>
					{moving ? "A job is under way" : "Start"}
				</Button>
			}
		>
			{error && <ProblemNotice problem={error} />}
			<div className={styles.sides}>
				<Side
					legend="Left"
					project={project}
					source={reconciliation.left}
					datasets={left.data.items}
					chosen={chosen_left}
					on_choose={pick_left}
				/>
				<Side
					legend="Right"
					project={project}
					source={reconciliation.right}
					datasets={right.data.items}
					chosen={chosen_right}
					on_choose={pick_right}
				/>
				{reconciliation.advice !== null && advice.data && (
					<Side
						legend="Advice"
						project={project}
						source={reconciliation.advice}
						datasets={advice.data.items}
						chosen={chosen_advice}
						on_choose={(chosen) => pick_advice(chosen.slice(-1))}
					/>
				)}
			</div>
		</Card>
	);
}

function newest(datasets: readonly Dataset[]): string[] {
	const sorted = [...datasets].sort((a, b) => b.created_at.localeCompare(a.created_at));
	return sorted[0] ? [sorted[0].id] : [];
}

interface SideProps {
	legend: string;
	project: string;
	source: string;
	datasets: readonly Dataset[];
	chosen: readonly string[];
	on_choose: (datasets: string[]) => void;
}

function Side({ legend, project, source, datasets, chosen, on_choose }: SideProps) {
	const { data: about } = api.useSourceGetQuery({ project, source });
	const { data: files } = api.useFileListQuery({ project, source });
	const file_name = (id: string) => files?.items.find((file) => file.id === id)?.name;
	const toggle = (id: string, on: boolean) =>
		on_choose(on ? [...chosen, id] : chosen.filter((other) => other !== id));
	return (
		<fieldset className={styles.side}>
			<legend className={styles.legend}>
				{legend}: {about?.name}
			</legend>
			{datasets.length === 0 && (
				<p className={styles.none}>
					No dataset is ready.{" "}
					<Link to="/p/$project/files" params={{ project }} search={{ source }}>
						Upload a file
					</Link>
				</p>
			)}
			{datasets.map((dataset) => (
				<label key={dataset.id} className={styles.dataset}>
					<input
						type="checkbox"
						checked={chosen.includes(dataset.id)}
						onChange={(event) => toggle(dataset.id, event.target.checked)}
					/>
					<span className={styles.text}>
						<span className={styles.name}>
							{file_name(dataset.file) ?? `Dataset ${dataset.no}`}
						</span>
						<span className={styles.note}>
							{plural(dataset.rows_accepted, "row")}, <RelativeTime at={dataset.created_at} />
						</span>
					</span>
				</label>
			))}
		</fieldset>
	);
}
