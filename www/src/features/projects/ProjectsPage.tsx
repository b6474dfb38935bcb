import { getRouteApi, Link } from "@tanstack/react-router";
import { FolderPlus, Plus } from "lucide-react";
import { lazy } from "react";
import { api, type Project } from "@/api";
import {
	Badge,
	Button,
	Card,
	Empty,
	Failure,
	PageHeader,
	RelativeTime,
	Skeleton,
	Table,
	Td,
	Th,
	Tr,
} from "@/components/ui";
import { Lazily } from "@/components/ui/Lazily";
import { ROLES, word_of } from "@/lib/words";

const CreateProjectDialog = lazy(() =>
	import("./CreateProjectDialog").then((module) => ({ default: module.CreateProjectDialog })),
);
const route = getRouteApi("/shell/projects");

export function ProjectsPage() {
	const { create } = route.useSearch();
	const navigate = route.useNavigate();
	const { data, error, isLoading, refetch } = api.useProjectListQuery({});
	const open = () => navigate({ search: { create: "yes" } });

	const button = (
		<Button variant="primary" icon={<Plus size={15} aria-hidden />} onClick={open}>
			New project
		</Button>
	);
	return (
		<div>
			<PageHeader
				title="Projects"
				description="A project holds one team's sources, files and reconciliations."
				actions={data && data.items.length > 0 && button}
			/>
			{isLoading && <Skeleton />}
			{error && <Failure problem={error} what="The list of projects" on_retry={refetch} />}
			{data?.items.length === 0 && (
				<Card>
					<Empty icon={<FolderPlus size={20} aria-hidden />} title="No project yet" action={button}>
						Create one, or ask an owner of an existing project to add you.
					</Empty>
				</Card>
			)}
			{data && data.items.length > 0 && <ProjectTable projects={data.items} />}
			<Lazily when={create === "yes"}>
				<CreateProjectDialog
					open={create === "yes"}
					on_close={() => navigate({ search: {}, replace: true })}
				/>
			</Lazily>
		</div>
	);
}

function ProjectTable({ projects }: { projects: readonly Project[] }) {
	return (
		<Card flush>
			<Table
				label="Projects"
				head={
					<>
						<Th>Name</Th>
						<Th>Your role</Th>
						<Th>Base currency</Th>
						<Th>Time zone</Th>
						<Th>Created</Th>
					</>
				}
			>
				{projects.map((project) => (
					<Tr key={project.id}>
						<Td>
							<Link to="/p/$project" params={{ project: project.id }}>
								<strong>{project.name}</strong>
							</Link>{" "}
							{project.status === "archived" && <Badge>Archived</Badge>}
						</Td>
						<Td>{word_of(ROLES, project.role).label}</Td>
						<Td>{project.base_currency}</Td>
						<Td>{project.time_zone}</Td>
						<Td>
							<RelativeTime at={project.created_at} />
						</Td>
					</Tr>
				))}
			</Table>
		</Card>
	);
}
