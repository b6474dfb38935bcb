/*
 * Rows that were rejected, with what is wrong in them: downloaded as a sheet, repaired there, and handed in
 * again. What became of earlier repairs stands below.
 */
import { FileUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, type Dataset, type Repair } from "@/api";
import { useAppDispatch, useAppSelector } from "@/api/state";
import { start_upload } from "@/api/uploads";
import { DownloadMenu } from "@/components/download/DownloadMenu";
import {
	Badge,
	Button,
	Card,
	Failure,
	RelativeTime,
	Table,
	Td,
	Th,
	type Tone,
	Tr,
} from "@/components/ui";
import { format_count, plural } from "@/lib/numbers";
import styles from "./DatasetPage.module.css";

const POLL_MS = 1500;

interface RejectsProps {
	project: string;
	dataset: Dataset;
	may_repair: boolean;
}

export function Rejects({ project, dataset, may_repair }: RejectsProps) {
	const { data, error, refetch } = api.useDatasetRejectsQuery({ project, dataset: dataset.id });
	const { rows_rejected } = dataset;
	return (
		<Card
			title="Rejected rows"
			description="Not part of any figure until they are repaired"
			flush
			actions={
				<>
					<DownloadMenu
						label="Download to repair"
						path={`/api/v1/projects/${project}/datasets/${dataset.id}/rejects/export`}
					/>
					{may_repair && dataset.state === "ready" && (
						<UploadRepair project={project} dataset={dataset} />
					)}
				</>
			}
		>
			{error && <Failure problem={error} what="The rejected rows" on_retry={refetch} />}
			{data && (
				<Table
					label="Rejected rows"
					head={
						<>
							<Th end>Line</Th>
							<Th>Column</Th>
							<Th>Value</Th>
							<Th>Why</Th>
						</>
					}
				>
					{data.items.map((reject) => (
						<Tr key={`${reject.row}-${reject.column}`}>
							<Td end className={styles.no}>
								{format_count(reject.line)}
							</Td>
							<Td>{reject.column}</Td>
							<Td>
								<code>{reject.value}</code>
							</Td>
							<Td>{reject.detail}</Td>
						</Tr>
					))}
				</Table>
			)}
			{data && data.total < rows_rejected && (
				<p className={styles.more}>The first {format_count(data.total)} are shown.</p>
			)}
		</Card>
	);
}

function UploadRepair({ project, dataset }: { project: string; dataset: Dataset }) {
	const chooser = useRef<HTMLInputElement>(null);
	const dispatch = useAppDispatch();
	const [sent, set_sent] = useState<string | null>(null);
	const entry = useAppSelector(({ uploads }) =>
		uploads.entries.find(({ repairs, name }) => repairs === dataset.id && name === sent),
	);
	const take = (file: File | undefined) => {
		if (!file) return;
		set_sent(file.name);
		dispatch(start_upload(file, { project, source: dataset.source, repairs: dataset.id }));
		if (chooser.current) chooser.current.value = "";
	};
	const busy = entry !== undefined && entry.status !== "done" && entry.status !== "failed";
	return (
		<>
			<input
				ref={chooser}
				type="file"
				hidden
				aria-label="Repaired rows"
				accept=".csv,.xlsx,.ods,.xls"
				onChange={(event) => take(event.currentTarget.files?.[0])}
			/>
			<Button
				size="small"
				busy={busy}
				icon={<FileUp size={14} aria-hidden />}
				onClick={() => chooser.current?.click()}
			>
				Upload repaired rows
			</Button>
			{entry?.problem && <span role="alert">{entry.problem.detail || entry.problem.title}</span>}
		</>
	);
}

const REPAIR: Readonly<Record<Repair["state"], { label: string; tone: Tone }>> = {
	waiting: { label: "Being read", tone: "accent" },
	applied: { label: "Applied", tone: "ok" },
	refused: { label: "Refused", tone: "bad" },
};
/** A file that the scanner stopped is never read. */
const STOPPED = new Set(["infected", "rejected", "unscannable"]);

function outcome(repair: Repair): string {
	if (repair.error) return repair.error.detail;
	if (repair.state === "waiting") return "";
	const parts = [`${plural(repair.rows_repaired, "row")} repaired`];
	if (repair.rows_rejected > 0) parts.push(`${format_count(repair.rows_rejected)} still rejected`);
	if (repair.rows_ignored > 0) parts.push(`${format_count(repair.rows_ignored)} ignored`);
	return parts.join(", ");
}

/** Repairs of the dataset; while one is under way, the dataset is looked at again when it ends. */
export function Repairs({ project, dataset }: { project: string; dataset: string }) {
	const [waiting, set_waiting] = useState(false);
	const dispatch = useAppDispatch();
	const { data } = api.useRepairListQuery(
		{ project, dataset },
		{ pollingInterval: waiting ? POLL_MS : 0 },
	);
	const under_way =
		data?.items.some(({ state, file_state }) => state === "waiting" && !STOPPED.has(file_state)) ??
		false;
	useEffect(() => {
		set_waiting(under_way);
		if (waiting && !under_way) dispatch(api.util.invalidateTags(["dataset"]));
	}, [under_way, waiting, dispatch]);
	if (!data || data.items.length === 0) return null;
	return (
		<Card title="Repairs" flush>
			<Table
				label="Repairs"
				head={
					<>
						<Th>File</Th>
						<Th>Received</Th>
						<Th>State</Th>
						<Th>Outcome</Th>
					</>
				}
			>
				{data.items.map((repair) => (
					<Tr key={repair.file}>
						<Td>{repair.name}</Td>
						<Td>
							<RelativeTime at={repair.created_at} />
						</Td>
						<Td>
							<Badge tone={REPAIR[repair.state].tone}>{REPAIR[repair.state].label}</Badge>
						</Td>
						<Td>{outcome(repair)}</Td>
					</Tr>
				))}
			</Table>
		</Card>
	);
}
