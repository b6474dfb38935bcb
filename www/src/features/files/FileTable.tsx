import { Link } from "@tanstack/react-router";
import { ArrowRight, RotateCw } from "lucide-react";
import { api, type Dataset, type File as ReceivedFile, type Source } from "@/api";
import {
	Button,
	button_class,
	RelativeTime,
	StateBadge,
	Table,
	Td,
	Th,
	Tr,
	useToast,
} from "@/components/ui";
import { format_bytes, plural } from "@/lib/numbers";
import { DATASET_STATES, FILE_STATES, word_of } from "@/lib/words";
import styles from "./FileTable.module.css";

interface FileTableProps {
	project: string;
	files: readonly ReceivedFile[];
	sources: readonly Source[];
	datasets: readonly Dataset[];
	busy: boolean;
}

export function FileTable({ project, files, sources, datasets, busy }: FileTableProps) {
	const source_names = new Map(sources.map(({ id, name }) => [id, name]));
	const dataset_by_id = new Map(datasets.map((dataset) => [dataset.id, dataset]));
	return (
		<Table
			label="Received files"
			busy={busy}
			head={
				<>
					<Th>Name</Th>
					<Th>Source</Th>
					<Th end>Size</Th>
					<Th>Received</Th>
					<Th>Scan</Th>
					<Th>Dataset</Th>
				</>
			}
		>
			{files.map((file) => (
				<Tr key={file.id}>
					<Td className={styles.name}>{file.name}</Td>
					<Td>{source_names.get(file.source) ?? "–"}</Td>
					<Td end>{format_bytes(file.size)}</Td>
					<Td>
						<RelativeTime at={file.uploaded_at} />
					</Td>
					<Td>
						<ScanCell project={project} file={file} />
					</Td>
					<Td>
						{file.repairs && (
							<Link to="/p/$project/datasets/$dataset" params={{ project, dataset: file.repairs }}>
								Repairs rejected rows
							</Link>
						)}
						<DatasetCell
							project={project}
							dataset={file.dataset === null ? undefined : dataset_by_id.get(file.dataset)}
							waiting={file.state === "clean" && !file.repairs}
						/>
					</Td>
				</Tr>
			))}
		</Table>
	);
}

interface ScanCellProps {
	project: string;
	file: ReceivedFile;
}

function ScanCell({ project, file }: ScanCellProps) {
	const [retry, { isLoading }] = api.useFileRetryMutation();
	const { fail } = useToast();
	const again = () => retry({ project, file: file.id }).unwrap().catch(fail);
	return (
		<div className={styles.scan}>
			<StateBadge table={FILE_STATES} state={file.state} />
			{file.verdict && file.state !== "clean" && (
				<span className={styles.verdict}>{file.verdict.detail}</span>
			)}
			{file.state === "unscannable" && (
				<Button
					size="small"
					variant="ghost"
					busy={isLoading}
					icon={<RotateCw size={12} aria-hidden />}
					onClick={again}
				>
					Scan again
				</Button>
			)}
		</div>
	);
}

interface DatasetCellProps {
	project: string;
	dataset: Dataset | undefined;
	/** The file is clean, so that reading comes next. */
	waiting: boolean;
}

function DatasetCell({ project, dataset, waiting }: DatasetCellProps) {
	if (!dataset) return waiting ? <span className={styles.quiet}>Waits to be read</span> : null;
	const params = { project, dataset: dataset.id };
	if (dataset.state === "needs_mapping") {
		return (
			<Link
				to="/p/$project/datasets/$dataset"
				params={params}
				className={button_class("primary", "small")}
			>
				Confirm the mapping
				<ArrowRight size={13} aria-hidden />
			</Link>
		);
	}
	if (dataset.state !== "ready") {
		return (
			<Link to="/p/$project/datasets/$dataset" params={params} className={styles.scan}>
				<StateBadge table={DATASET_STATES} state={dataset.state} />
				{dataset.error && <span className={styles.verdict}>{dataset.error.detail}</span>}
			</Link>
		);
	}
	return (
		<Link to="/p/$project/datasets/$dataset" params={params}>
			{plural(dataset.rows_accepted, "row")}
			{dataset.rows_rejected > 0 && `, ${dataset.rows_rejected} rejected`}
			<span className={styles.quiet}> {word_of(DATASET_STATES, dataset.state).label}</span>
		</Link>
	);
}
