/*
 * What a job learned a match to look like: the weight of each level of each compared field, in bits. A
 * model can be pinned, as it is or changed by hand; later jobs then only score by it.
 */
import { getRouteApi, Link } from "@tanstack/react-router";
import { Download, Pin, Upload } from "lucide-react";
import { useId, useState } from "react";
import { api, type Model, type ModelComparison, type ModelPass } from "@/api";
import { download } from "@/api/download";
import {
	Badge,
	Button,
	button_class,
	Card,
	Failure,
	Notice,
	PageHeader,
	Skeleton,
	Table,
	Td,
	Th,
	Tr,
	useToast,
} from "@/components/ui";
import { format_count, format_percent } from "@/lib/numbers";
import { may } from "@/lib/words";
import styles from "./ModelPage.module.css";

const route = getRouteApi("/shell/p/$project/jobs/$job/model");
const WIDEST_BITS = 24;

export function ModelPage() {
	const { project, job: id } = route.useParams();
	const { data: job } = api.useJobGetQuery({ project, job: id });
	const { data, error, isLoading, refetch } = api.useJobModelGetQuery({ project, job: id });
	const { data: about } = api.useProjectGetQuery({ project });

	if (isLoading) return <Skeleton />;
	if (!data) return <Failure problem={error} what="The model" on_retry={refetch} />;
	return (
		<div className={styles.page}>
			<PageHeader
				title={job?.model_version === null ? "What was learned" : "The model it scored by"}
				description={
					<Link to="/p/$project/jobs/$job" params={{ project, job: id }}>
						The job
					</Link>
				}
				actions={
					job && (
						<ModelActions
							project={project}
							job={id}
							reconciliation={job.reconciliation}
							may_pin={may(about?.role, "ruleset.write")}
						/>
					)
				}
			/>
			<p className={styles.note}>
				A level's weight is how much likelier it is among true pairs than among any two records: +3
				bits is eight times as likely, −3 bits an eighth. The weights of a pair's levels and the
				odds of any two records add up to its evidence.
			</p>
			{(data as Model).passes.map((pass) => (
				<Pass key={pass.pass} pass={pass} />
			))}
		</div>
	);
}

function Pass({ pass }: { pass: ModelPass }) {
	const unused = pass.comparisons.filter(({ used }) => !used);
	return (
		<>
			<h2 className={styles.pass}>
				{pass.pass}{" "}
				{!pass.learned && (
					<Badge tone="warn" title="There were too few sure pairs to learn from.">
						Start values
					</Badge>
				)}
			</h2>
			<p className={styles.note}>
				{format_count(Math.round(Number(pass.expected_matches)))} matches were expected among the
				candidates; the odds of any two records are {Number(pass.theta_bits).toFixed(1)} bits;{" "}
				{format_percent(Number(pass.candidate_recall) * 1e6, 1e6)} of true pairs were candidates, by
				estimate.
			</p>
			{pass.comparisons
				.filter(({ used }) => used)
				.map((comparison) => (
					<Comparison key={comparison.field} comparison={comparison} />
				))}
			{unused.length > 0 && (
				<p className={styles.note}>
					Not used, since they tell too little: {unused.map(({ field }) => field).join(", ")}.
				</p>
			)}
		</>
	);
}

/** 2^bits as a share that stays readable when it is tiny. */
function share_of(bits: number): string {
	const share = 2 ** bits;
	return share >= 0.001
		? format_percent(share * 1e6, 1e6)
		: `1 in ${format_count(Math.round(1 / share))}`;
}

function Comparison({ comparison }: { comparison: ModelComparison }) {
	const { field, compared_as, tells_bits, levels, m_bits, u_bits } = comparison;
	return (
		<Card
			title={field}
			description={`Compared as ${compared_as}; tells ${Number(tells_bits).toFixed(1)} bits of a true pair on average`}
			flush
		>
			<Table
				label={field}
				head={
					<>
						<Th>Level</Th>
						<Th end>Among true pairs</Th>
						<Th end>Among any two</Th>
						<Th end>Weight, bits</Th>
						<Th>
							<span>For or against</span>
						</Th>
					</>
				}
			>
				{levels.map(({ name, from }) => {
					const m = Number(m_bits[from]);
					const u = Number(u_bits[from]);
					return (
						<Tr key={from}>
							<Td>{name}</Td>
							<Td end>{share_of(m)}</Td>
							<Td end>{share_of(u)}</Td>
							<Td end>{(m - u).toFixed(1).replace("-", "\u2212")}</Td>
							<Td>
								<Weight bits={m - u} />
							</Td>
						</Tr>
					);
				})}
			</Table>
		</Card>
	);
}

function Weight({ bits }: { bits: number }) {
	const width = `${Math.min(Math.abs(bits) / WIDEST_BITS, 1) * 50}%`;
	return (
		<span className={styles.scale} aria-hidden>
			<span className={bits < 0 ? styles.against : styles.for} style={{ width }} />
		</span>
	);
}

interface ModelActionsProps {
	project: string;
	job: string;
	reconciliation: string;
	may_pin: boolean;
}

function ModelActions({ project, job, reconciliation, may_pin }: ModelActionsProps) {
	const [pin, { isLoading }] = api.useModelCreateMutation();
	const [refused, set_refused] = useState("");
	const { say, fail } = useToast();
	const input = useId();
	const done = ({ version }: { version: number }) =>
		say(`Version ${version} is pinned: the next jobs score by it`);
	const give = async (file: File | undefined) => {
		set_refused("");
		if (!file) return;
		try {
			const model: unknown = JSON.parse(await file.text());
			const modelNew = { model } as Parameters<typeof pin>[0]["modelNew"];
			done(await pin({ project, reconciliation, modelNew }).unwrap());
		} catch (error) {
			if (error instanceof SyntaxError)
				set_refused(`${file.name} is not a model: ${error.message}`);
			else fail(error);
		}
	};
	return (
		<>
			<Button
				icon={<Download size={14} aria-hidden />}
				onClick={() => download(`/api/v1/projects/${project}/jobs/${job}/model`).catch(fail)}
			>
				Download
			</Button>
			{may_pin && (
				<>
					<label htmlFor={input} className={button_class("secondary")}>
						<Upload size={14} aria-hidden />
						Pin a changed one
						<input
							id={input}
							type="file"
							accept="application/json,.json"
							className={styles.file}
							onChange={(event) => give(event.target.files?.[0])}
						/>
					</label>
					<Button
						variant="primary"
						icon={<Pin size={14} aria-hidden />}
						busy={isLoading}
						onClick={() =>
							pin({ project, reconciliation, modelNew: { job } }).unwrap().then(done).catch(fail)
						}
					>
						Pin this model
					</Button>
				</>
			)}
			{refused && <Notice tone="bad" role="alert" title={refused} />}
		</>
	);
}
