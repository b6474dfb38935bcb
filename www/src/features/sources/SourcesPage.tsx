import { getRouteApi, Link } from "@tanstack/react-router";
import { Database, Upload } from "lucide-react";
import { lazy } from "react";
import { api, type Source } from "@/api";
import { ListPage, NewButton } from "@/components/list/ListPage";
import {
	Badge,
	button_class,
	RelativeTime,
	Table,
	Td,
	Th,
	Tr,
	VisuallyHidden,
} from "@/components/ui";
import { Lazily } from "@/components/ui/Lazily";
import { may, SOURCE_KINDS, word_of } from "@/lib/words";

const CreateSourceDialog = lazy(() =>
	import("./CreateSourceDialog").then((module) => ({ default: module.CreateSourceDialog })),
);
const route = getRouteApi("/shell/p/$project/sources");

export function SourcesPage() {
	const { project } = route.useParams();
	const { create } = route.useSearch();
	const navigate = route.useNavigate();
	const { data: about } = api.useProjectGetQuery({ project });
	const list = api.useSourceListQuery({ project });
	const writable = may(about?.role, "source.write");
	const open = () => navigate({ search: { create: "yes" } });
	return (
		<ListPage
			title="Sources"
			description="A source is a stream of files of one shape: a ledger's export, a bank's statements."
			list={list}
			button={writable && <NewButton label="New source" on_click={open} />}
			empty={{
				icon: <Database size={20} aria-hidden />,
				title: "No source yet",
				text: "A reconciliation compares two: create one for each side of the money.",
			}}
			dialog={
				writable && (
					<Lazily when={create === "yes"}>
						<CreateSourceDialog
							project={project}
							currency={about?.base_currency ?? ""}
							open={create === "yes"}
							on_close={() => navigate({ search: {}, replace: true })}
						/>
					</Lazily>
				)
			}
		>
			{(sources) => <SourceTable project={project} sources={sources} />}
		</ListPage>
	);
}

interface SourceTableProps {
	project: string;
	sources: readonly Source[];
}

function SourceTable({ project, sources }: SourceTableProps) {
	return (
		<Table
			label="Sources"
			head={
				<>
					<Th>Name</Th>
					<Th>Kind</Th>
					<Th>Mapping</Th>
					<Th>Currency</Th>
					<Th>Time zone</Th>
					<Th>Created</Th>
					<Th end>
						<span>Files</span>
					</Th>
				</>
			}
		>
			{sources.map((source) => (
				<Tr key={source.id}>
					<Td>
						<strong>{source.name}</strong>
					</Td>
					<Td>{word_of(SOURCE_KINDS, source.kind).label}</Td>
					<Td>
						{source.mapping_version === null ? (
							<Badge title="It is proposed when the first file has been read.">None yet</Badge>
						) : (
							<Badge tone="ok">Version {source.mapping_version}</Badge>
						)}
					</Td>
					<Td>{source.currency ?? "Per row"}</Td>
					<Td>{source.time_zone}</Td>
					<Td>
						<RelativeTime at={source.created_at} />
					</Td>
					<Td end>
						<Link
							to="/p/$project/files"
							params={{ project }}
							search={{ source: source.id }}
							className={button_class("ghost", "small")}
						>
							<Upload size={13} aria-hidden />
							Files <VisuallyHidden>of {source.name}</VisuallyHidden>
						</Link>
					</Td>
				</Tr>
			))}
		</Table>
	);
}
