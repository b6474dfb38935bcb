import { getRouteApi, Link } from "@tanstack/react-router";
import { Scale } from "lucide-react";
import { lazy } from "react";
import { api, type Reconciliation, type Source } from "@/api";
import { is_moving, JOB_POLL_MS, matched_share } from "@/components/job/progress";
import { ListPage, NewButton } from "@/components/list/ListPage";
import { button_class, RelativeTime, StateBadge, Table, Td, Th, Tr } from "@/components/ui";
import { Lazily } from "@/components/ui/Lazily";
import { format_count, format_percent } from "@/lib/numbers";
import { JOB_STATES, may } from "@/lib/words";

const CreateReconciliationDialog = lazy(() =>
	import("./CreateReconciliationDialog").then((module) => ({
		default: module.CreateReconciliationDialog,
	})),
);
const route = getRouteApi("/shell/p/$project/reconciliations");

export function ReconciliationsPage() {
	const { project } = route.useParams();
	const { create } = route.useSearch();
	const navigate = route.useNavigate();
	const known = api.endpoints.reconciliationList.useQueryState({ project });
	const moving = known.data?.items.some(({ last_job }) => is_moving(last_job)) ?? false;
	const list = api.useReconciliationListQuery(
		{ project },
		{ pollingInterval: moving ? JOB_POLL_MS : 0 },
	);
	const { data: about } = api.useProjectGetQuery({ project });
	const { data: sources } = api.useSourceListQuery({ project });
	const writable = may(about?.role, "reconciliation.write");
	const enough = (sources?.items.length ?? 0) >= 2;
	const open = () => navigate({ search: { create: "yes" } });
	return (
		<ListPage
			title="Reconciliations"
			description="Two sources, compared again and again by the same rules."
			list={list}
			button={writable && <NewButton label="New reconciliation" on_click={open} />}
			empty={{
				icon: <Scale size={20} aria-hidden />,
				title: "No reconciliation yet",
				text: "It names a left and a right source, such as the ledger and the bank.",
				action: !enough && (
					<Link to="/p/$project/sources" params={{ project }} className={button_class("primary")}>
						Create two sources first
					</Link>
				),
			}}
			dialog={
				writable &&
				sources && (
					<Lazily when={create === "yes"}>
						<CreateReconciliationDialog
							project={project}
							sources={sources.items}
							open={create === "yes"}
							on_close={() => navigate({ search: {}, replace: true })}
						/>
					</Lazily>
				)
			}
		>
			{(reconciliations) => (
				<ReconciliationTable
					project={project}
					reconciliations={reconciliations}
					sources={sources?.items ?? []}
				/>
			)}
		</ListPage>
	);
}

interface ReconciliationTableProps {
	project: string;
	reconciliations: readonly Reconciliation[];
	sources: readonly Source[];
}

function ReconciliationTable({ project, reconciliations, sources }: ReconciliationTableProps) {
	const names = new Map(sources.map(({ id, name }) => [id, name]));
	return (
		<Table
			label="Reconciliations"
			head={
				<>
					<Th>Name</Th>
					<Th>Left</Th>
					<Th>Right</Th>
					<Th>Last job</Th>
					<Th end>Matched</Th>
					<Th end>To check</Th>
					<Th end>
						<span>Review</span>
					</Th>
				</>
			}
		>
			{reconciliations.map((item) => (
				<Tr key={item.id}>
					<Td>
						<Link to="/p/$project/reconciliations/$rec" params={{ project, rec: item.id }}>
							<strong>{item.name}</strong>
						</Link>
					</Td>
					<Td>{names.get(item.left) ?? "–"}</Td>
					<Td>{names.get(item.right) ?? "–"}</Td>
					<LastJobCells project={project} reconciliation={item} />
				</Tr>
			))}
		</Table>
	);
}

interface LastJobCellsProps {
	project: string;
	reconciliation: Reconciliation;
}

function LastJobCells({ project, reconciliation }: LastJobCellsProps) {
	const job = reconciliation.last_job;
	const share = matched_share(job);
	const summary = job?.summary;
	return (
		<>
			<Td>
				{job ? (
					<Link to="/p/$project/jobs/$job" params={{ project, job: job.id }}>
						<StateBadge table={JOB_STATES} state={job.state} />{" "}
						<RelativeTime at={job.finished_at ?? job.created_at} />
					</Link>
				) : (
					"None yet"
				)}
			</Td>
			<Td end>{share ? format_percent(share.matched, share.rows) : "–"}</Td>
			<Td end>{summary ? format_count(summary.suggested + summary.ambiguous) : "–"}</Td>
			<Td end>
				{summary && (
					<Link
						to="/p/$project/reconciliations/$rec/review"
						params={{ project, rec: reconciliation.id }}
						search={{}}
						className={button_class("secondary", "small")}
					>
						Review
					</Link>
				)}
			</Td>
		</>
	);
}
