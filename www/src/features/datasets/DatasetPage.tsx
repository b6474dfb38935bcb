import { getRouteApi, Link } from "@tanstack/react-router";
import { FileX2, Rows3 } from "lucide-react";
import { lazy, Suspense } from "react";
import { api, type Dataset } from "@/api";
import { DownloadMenu } from "@/components/download/DownloadMenu";
import {
	button_class,
	Card,
	Empty,
	Failure,
	Figure,
	Figures,
	MoneyText,
	Notice,
	PageHeader,
	ProgressBar,
	RelativeTime,
	Skeleton,
	StateBadge,
	Table,
	Td,
	Th,
	Tr,
} from "@/components/ui";
import { format_count } from "@/lib/numbers";
import { DATASET_STATES, may } from "@/lib/words";
import styles from "./DatasetPage.module.css";
import { Duplicates } from "./Duplicates";
import { Receipts } from "./Receipts";
import { Rejects, Repairs } from "./Rejects";
import { Statements } from "./Statements";

/* Forms come when there is something to fill in: the first load has a bound. */
const MappingForm = lazy(() =>
	import("./MappingForm").then((module) => ({ default: module.MappingForm })),
);
const Reverse = lazy(() => import("./Reverse").then((module) => ({ default: module.Reverse })));

const route = getRouteApi("/shell/p/$project/datasets/$dataset");
const POLL_MS = 1500;
/** Somebody else may confirm the mapping, and the reader takes a moment to pick it up. */
const MOVING = new Set(["reading", "needs_mapping"]);
const PREVIEW_ROWS = 50;

export function DatasetPage() {
	const { project, dataset: id } = route.useParams();
	const known = api.endpoints.datasetGet.useQueryState({ project, dataset: id });
	const { data, error, isLoading, refetch } = api.useDatasetGetQuery(
		{ project, dataset: id },
		{ pollingInterval: MOVING.has(known.data?.state ?? "") ? POLL_MS : 0 },
	);
	const { data: about } = api.useProjectGetQuery({ project });
	const { data: source } = api.useSourceGetQuery(
		{ project, source: data?.source ?? "" },
		{ skip: !data },
	);
	const { data: file } = api.useFileGetQuery({ project, file: data?.file ?? "" }, { skip: !data });

	if (isLoading) return <Skeleton />;
	if (error || !data) return <Failure problem={error} what="The dataset" on_retry={refetch} />;
	return (
		<div>
			<PageHeader
				title={data.state === "needs_mapping" ? "Confirm the mapping" : (file?.name ?? "Dataset")}
				description={
					<span className={styles.about}>
						<Link to="/p/$project/files" params={{ project }} search={{ source: data.source }}>
							{source?.name ?? "Source"}
						</Link>
						{data.state === "needs_mapping" && file && <span>{file.name}</span>}
						<StateBadge table={DATASET_STATES} state={data.state} />
					</span>
				}
				actions={
					data.state === "ready" && may(about?.role, "dataset.write") ? (
						<Suspense>
							<Reverse project={project} dataset={data} />
						</Suspense>
					) : undefined
				}
			/>
			{data.state === "reading" && (
				<Card>
					<p>The file is being read.</p>
					<ProgressBar label="Reading" done={0} total={0} size="thin" />
				</Card>
			)}
			{data.state === "needs_mapping" && data.proposal && (
				<Suspense fallback={<Skeleton />}>
					<MappingForm
						key={data.id}
						project={project}
						dataset={data}
						proposal={data.proposal}
						may_confirm={may(about?.role, "mapping.write")}
					/>
				</Suspense>
			)}
			{data.state === "unreadable" && <Unreadable project={project} dataset={data} />}
			{data.reversal && (
				<Notice tone="warn" title="This dataset was taken back; no job uses it.">
					<RelativeTime at={data.reversal.at} />
					{data.reversal.note && ` · ${data.reversal.note}`}
				</Notice>
			)}
			{(data.state === "ready" || data.state === "reversed") && (
				<ReadyDataset
					project={project}
					dataset={data}
					may_change={may(about?.role, "dataset.write")}
				/>
			)}
		</div>
	);
}

interface PartProps {
	project: string;
	dataset: Dataset;
}

function Unreadable({ project, dataset }: PartProps) {
	return (
		<Card>
			<Empty
				icon={<FileX2 size={20} aria-hidden />}
				title="The file could not be read"
				action={
					<Link
						to="/p/$project/files"
						params={{ project }}
						search={{ source: dataset.source }}
						className={button_class("primary")}
					>
						Upload a corrected file
					</Link>
				}
			>
				{dataset.error?.detail} The file itself is kept unchanged.
			</Empty>
		</Card>
	);
}

function ReadyDataset({ project, dataset, may_change }: PartProps & { may_change: boolean }) {
	const { rows_read, rows_accepted, rows_rejected, rows_skipped, sums } = dataset;
	return (
		<div className={styles.stack}>
			<Figures>
				<Figure label="Rows read" value={format_count(rows_read)} />
				<Figure label="Accepted" value={format_count(rows_accepted)} />
				<Figure
					label="Rejected"
					value={format_count(rows_rejected)}
					tone={rows_rejected > 0 ? "warn" : undefined}
				/>
				<Figure label="Skipped" value={format_count(rows_skipped)} />
				{sums.map(({ field, money }) => (
					<Figure
						key={`${field}-${money.currency}`}
						label={`Sum of ${field.replaceAll("_", " ")}`}
						value={<MoneyText money={money} with_currency />}
					/>
				))}
			</Figures>
			{dataset.statements && dataset.statements.length > 0 && (
				<Statements statements={dataset.statements} />
			)}
			<Duplicates
				project={project}
				dataset={dataset.id}
				file={dataset.file}
				may_decide={may_change && dataset.state === "ready"}
			/>
			<RowsPreview project={project} dataset={dataset} />
			{rows_rejected > 0 && <Rejects project={project} dataset={dataset} may_repair={may_change} />}
			<Repairs project={project} dataset={dataset.id} />
			<Receipts project={project} dataset={dataset.id} />
		</div>
	);
}

function RowsPreview({ project, dataset }: PartProps) {
	const { data, error, isLoading, refetch } = api.useDatasetRowsQuery({
		project,
		dataset: dataset.id,
		limit: PREVIEW_ROWS,
	});
	return (
		<Card
			title="First rows"
			flush
			actions={
				<DownloadMenu
					label="Download rows"
					path={`/api/v1/projects/${project}/datasets/${dataset.id}/rows/export`}
				/>
			}
		>
			{isLoading && <Skeleton />}
			{error && <Failure problem={error} what="The rows" on_retry={refetch} />}
			{data?.items.length === 0 && (
				<Empty icon={<Rows3 size={20} aria-hidden />} title="The file has no accepted row" />
			)}
			{data && data.items.length > 0 && (
				<Table
					label="First rows"
					head={
						<>
							<Th end>Row</Th>
							<Th>Date</Th>
							<Th end>Amount</Th>
							<Th>Reference</Th>
							<Th>Text</Th>
						</>
					}
				>
					{data.items.map((record) => (
						<Tr key={record.row}>
							<Td end className={styles.no}>
								{format_count(record.row + 1)}
							</Td>
							<Td>{record.date}</Td>
							<Td end>{record.amount && <MoneyText money={record.amount} with_currency />}</Td>
							<Td>{record.reference}</Td>
							<Td>{record.text}</Td>
						</Tr>
					))}
				</Table>
			)}
		</Card>
	);
}
