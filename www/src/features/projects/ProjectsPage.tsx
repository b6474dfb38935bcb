import { getRouteApi, Link } from "@tanstack/react-router";
import { FolderPlus } from "lucide-react";
import { lazy } from "react";
import { api, type Project } from "@/api";
import { ListPage, NewButton } from "@/components/list/ListPage";
import { Badge, RelativeTime, Table, Td, Th, Tr } from "@/components/ui";
import { Lazily } from "@/components/ui/Lazily";
import { ROLES, word_of } from "@/lib/words";

const CreateProjectDialog = lazy(() =>
	import("./CreateProjectDialog").then((module) => ({ default: module.CreateProjectDialog })),
);
const route = getRouteApi("/shell/projects");

export function ProjectsPage() {
	const { create } = route.useSearch();
	const navigate = route.useNavigate();
	const list = api.useProjectListQuery({});
	const open = () => navigate({ search: { create: "yes" } });
	return (
		<ListPage
			title="Projects"
			description="A project holds one team's sources, files and reconciliations."
			list={list}
			button={<NewButton label="New project" on_click={open} />}
			empty={{
				icon: <FolderPlus size={20} aria-hidden />,
				title: "No project yet",
				text: "Create one, or ask an owner of an existing project to add you.",
			}}
			dialog={
				<Lazily when={create === "yes"}>
					<CreateProjectDialog
						open={create === "yes"}
						on_close={() => navigate({ search: {}, replace: true })}
					/>
				</Lazily>
			}
		>
			{(projects) => <ProjectTable projects={projects} />}
		</ListPage>
	);
}

function ProjectTable({ projects }: { projects: readonly Project[] }) {
	return (
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
	);
}
