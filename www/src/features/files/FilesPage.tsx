import { getRouteApi, Link } from "@tanstack/react-router";
import { FileUp, FilterX } from "lucide-react";
import { api, type Dataset, type File as ReceivedFile, type Source } from "@/api";
import {
	Button,
	button_class,
	Card,
	Empty,
	Failure,
	PageHeader,
	Select,
	Skeleton,
} from "@/components/ui";
import { FILE_STATES, may } from "@/lib/words";
import styles from "./FilesPage.module.css";
import { FileTable } from "./FileTable";
import { files_search } from "./search";
import { UploadBox } from "./UploadBox";
import { UploadList } from "./UploadList";

const route = getRouteApi("/shell/p/$project/files");
const POLL_MS = 1500;
/** When nothing moves here, others may still hand files in. */
const REST_MS = 5000;
const MOVING = new Set(["received", "scanning"]);

const state_options = [
	{ value: "", label: "All states" },
	...Object.entries(FILE_STATES).map(([value, { label }]) => ({ value, label })),
];

function source_options(sources: readonly Source[]) {
	return [
		{ value: "", label: "All sources" },
		...sources.map(({ id, name }) => ({ value: id, label: name })),
	];
}

export function FilesPage() {
	const { project } = route.useParams();
	const search = route.useSearch();
	const { data: about } = api.useProjectGetQuery({ project });
	const sources = api.useSourceListQuery({ project });
	const uploader = may(about?.role, "file.upload");

	return (
		<div className={styles.page}>
			<PageHeader
				title="Files"
				description="Every file is scanned before anything reads it, and kept unchanged as evidence."
			/>
			{sources.error && (
				<Failure problem={sources.error} what="The list of sources" on_retry={sources.refetch} />
			)}
			{sources.data?.items.length === 0 && <NoSource project={project} />}
			{uploader && sources.data && sources.data.items.length > 0 && (
				<UploadBox project={project} sources={sources.data.items} chosen={search.source} />
			)}
			<UploadList project={project} />
			<FileList project={project} sources={sources.data?.items ?? []} />
		</div>
	);
}

function NoSource({ project }: { project: string }) {
	return (
		<Card>
			<Empty
				icon={<FileUp size={20} aria-hidden />}
				title="A file belongs to a source"
				action={
					<Link
						to="/p/$project/sources"
						params={{ project }}
						search={{ create: "yes" }}
						className={button_class("primary")}
					>
						Create a source
					</Link>
				}
			>
				Create a source for the ledger and one for the bank, then upload to them here.
			</Empty>
		</Card>
	);
}

/** Whether a scan or a reader is at work, so that the lists will change by themselves. */
function is_moving(files: readonly ReceivedFile[], datasets: readonly Dataset[]): boolean {
	return (
		files.some(
			({ state, dataset }) => MOVING.has(state) || (state === "clean" && dataset === null),
		) || datasets.some(({ state }) => state === "reading")
	);
}

interface FileListProps {
	project: string;
	sources: readonly Source[];
}

function FileList({ project, sources }: FileListProps) {
	const search = route.useSearch();
	const navigate = route.useNavigate();
	const files = api.endpoints.fileList.useQueryState({ project, ...search });
	const readings = api.endpoints.datasetList.useQueryState({ project });
	const moving = is_moving(files.data?.items ?? [], readings.data?.items ?? []);
	const polling = { pollingInterval: moving ? POLL_MS : REST_MS, skipPollingIfUnfocused: true };
	const { data, error, isLoading, isFetching, refetch } = api.useFileListQuery(
		{ project, ...search },
		polling,
	);
	const datasets = api.useDatasetListQuery({ project }, polling);
	const filtered = search.source !== undefined || search.state !== undefined;
	const set = (change: Partial<typeof search>) =>
		navigate({ search: (old) => ({ ...old, ...change }), replace: true });

	if (sources.length === 0 && data?.items.length === 0) return null;
	return (
		<Card
			title="Received files"
			flush
			actions={
				<>
					<Select
						label="Source"
						options={source_options(sources)}
						value={search.source ?? ""}
						onChange={(event) => set({ source: event.target.value || undefined })}
					/>
					<Select
						label="State"
						options={state_options}
						value={search.state ?? ""}
						onChange={(event) => set({ state: files_search({ state: event.target.value }).state })}
					/>
				</>
			}
		>
			{isLoading && <Skeleton />}
			{error && <Failure problem={error} what="The list of files" on_retry={refetch} />}
			{data && data.items.length > 0 && (
				<FileTable
					project={project}
					files={data.items}
					sources={sources}
					datasets={datasets.data?.items ?? []}
					busy={isFetching && !moving}
				/>
			)}
			{data?.items.length === 0 && !filtered && (
				<Empty icon={<FileUp size={20} aria-hidden />} title="No file yet">
					Drop the first export above.
				</Empty>
			)}
			{data?.items.length === 0 && filtered && (
				<Empty
					icon={<FilterX size={20} aria-hidden />}
					title="No file matches"
					action={<Button onClick={() => navigate({ search: {} })}>Clear the filters</Button>}
				/>
			)}
		</Card>
	);
}
