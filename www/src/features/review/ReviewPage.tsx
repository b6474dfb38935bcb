/*
 * The review workspace: matches and open items of a job in a grid of any length, the evidence beside
 * it, decisions by one key. What is shown is a view that the server keeps; its order does not change
 * under the reviewer's hands, only the state of its rows does.
 */
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleCheckBig, FilterX, ListChecks } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { api, type DecisionNew, type Job, type Reconciliation } from "@/api";
import { useAppSelector } from "@/api/state";
import { useRegisterActions } from "@/components/actions/ActionsProvider";
import { DataGrid } from "@/components/grid/DataGrid";
import {
	Button,
	button_class,
	Empty,
	Failure,
	Skeleton,
	useTitle,
	useToast,
	VisuallyHidden,
} from "@/components/ui";
import type { Action } from "@/lib/keymap";
import { MATCH_STATES, may, word_of } from "@/lib/words";
import { Balance } from "./Balance";
import { item_columns, match_columns } from "./columns";
import { is_match, type ReviewRow } from "./model";
import styles from "./ReviewPage.module.css";
import {
	is_filtered,
	next_sort,
	type ReviewSearch,
	sort_of,
	view_of,
	without_filters,
} from "./search";
import { Toolbar } from "./Toolbar";
import { useCursor } from "./useCursor";
import { useDecisions } from "./useDecisions";
import { useViewRows } from "./useViewRows";

/* What is not there when the page opens is loaded when it is: the first load has a bound. */
const Facets = lazy(() => import("./Facets").then((module) => ({ default: module.Facets })));
const load_evidence = () => import("./EvidencePanel");
const EvidencePanel = lazy(() =>
	load_evidence().then((module) => ({ default: module.EvidencePanel })),
);
const ItemPanel = lazy(() =>
	import("./ItemPanel").then((module) => ({ default: module.ItemPanel })),
);

const route = getRouteApi("/shell/p/$project/reconciliations/$rec/review");
const ROW_PX = { compact: 32, cosy: 40 } as const;
const HISTORY = 500;

export function ReviewPage() {
	const { project, rec } = route.useParams();
	const { job: chosen } = route.useSearch();
	const reconciliation = api.useReconciliationGetQuery({ project, reconciliation: rec });
	const job = api.useJobGetQuery({ project, job: chosen ?? "" }, { skip: !chosen });
	// Beside the first rows, so that the evidence of the first is there when they are.
	useEffect(() => void load_evidence(), []);
	useTitle(reconciliation.data ? `Review · ${reconciliation.data.name}` : "Review");

	if (reconciliation.isLoading || job.isLoading) return <Skeleton />;
	if (reconciliation.error || !reconciliation.data) {
		return (
			<Failure
				problem={reconciliation.error}
				what="The reconciliation"
				on_retry={reconciliation.refetch}
			/>
		);
	}
	if (job.error) return <Failure problem={job.error} what="The job" on_retry={job.refetch} />;
	const shown = job.data ?? reconciliation.data.last_job;
	if (!shown) return <NothingYet project={project} reconciliation={rec} />;
	return <Workspace project={project} reconciliation={reconciliation.data} job={shown} />;
}

function NothingYet({ project, reconciliation }: { project: string; reconciliation: string }) {
	return (
		<Empty
			icon={<ListChecks size={20} aria-hidden />}
			title="Nothing to review yet"
			action={
				<Link
					to="/p/$project/reconciliations/$rec"
					params={{ project, rec: reconciliation }}
					className={button_class("primary")}
				>
					Start a job
				</Link>
			}
		>
			Matches and open items appear when the first job has finished.
		</Empty>
	);
}

interface WorkspaceProps {
	project: string;
	reconciliation: Reconciliation;
	job: Job;
}

function Workspace({ project, reconciliation, job }: WorkspaceProps) {
	const search = route.useSearch();
	const navigate = route.useNavigate();
	const { say, fail } = useToast();
	const { density, shortcuts } = useAppSelector(({ prefs }) => prefs);
	const { data: about } = api.useProjectGetQuery({ project });
	const { data: sources } = api.useSourceListQuery({ project });
	const { data: members } = api.useMemberListQuery({ project });
	const decisions_args = { project, reconciliation: reconciliation.id, limit: HISTORY };
	const { data: log } = api.useDecisionListQuery(decisions_args);

	// The job is always named: a view of "the last one" would outlive the next job in the cache.
	const spec = useMemo(() => view_of({ ...search, job: job.id }), [search, job.id]);
	const view = api.useViewCreateQuery({
		project,
		reconciliation: reconciliation.id,
		viewNew: spec,
	});
	const view_id = view.data?.view ?? "";
	const total = view.data?.total ?? 0;
	const facets = api.useViewFacetsQuery({ project, view: view_id }, { skip: view_id === "" });
	const rows = useViewRows(project, view_id);
	const { cursor, set_cursor } = useCursor(view_id, total, search.row);
	const [said, set_said] = useState("");
	const search_box = useRef<HTMLInputElement>(null);
	const panel = useRef<HTMLElement>(null);
	const grid_area = useRef<HTMLDivElement>(null);
	const focus_grid = () => grid_area.current?.querySelector<HTMLElement>("[role=grid]")?.focus();

	const name_of = (id: string, side: string) =>
		sources?.items.find((source) => source.id === id)?.name ?? side;
	const left = name_of(reconciliation.left, "Left");
	const right = name_of(reconciliation.right, "Right");
	const may_decide = may(about?.role, "decision.write");

	const decisions = useDecisions({
		project,
		reconciliation: reconciliation.id,
		version: Math.max(reconciliation.version, view.data?.version ?? 0),
		members: members?.items ?? [],
		on_settled: rows.refresh_row,
		on_refused: fail,
	});
	const { state_of, decide, undo, undo_last, count } = decisions;

	const change = (next: ReviewSearch) => navigate({ search: next, replace: true });
	const current = cursor >= 0 ? rows.row_at(cursor) : undefined;

	const decide_at_cursor = (verb: "confirm" | "reject", records?: DecisionNew["records"]) => {
		if (!may_decide || !current || !is_match(current)) return;
		const state = state_of(current.match.no) ?? current.state;
		if (state === (verb === "confirm" ? "confirmed" : "rejected")) return;
		decide(verb, current, cursor, records);
		const word = verb === "confirm" ? "confirmed" : "rejected";
		set_said(`Match ${current.match.no} ${word}`);
		say(`Match ${current.match.no} ${word}`, { label: "Undo", perform: take_back });
		if (cursor < total - 1) set_cursor(cursor + 1);
	};
	const take_back = () => {
		const index = latest.current.undo_last();
		if (index === null) return;
		set_cursor(index);
		set_said("The last decision was taken back");
	};
	// Key handlers are made once; they act on what is current when they run.
	const latest = useRef({ decide_at_cursor, take_back, change, search, cursor, total, undo_last });
	latest.current = { decide_at_cursor, take_back, change, search, cursor, total, undo_last };

	const actions = useMemo<Action[]>(() => {
		const group = "Review";
		const move = (by: number) => {
			const { cursor: at, total: rows_total } = latest.current;
			set_cursor(Math.min(Math.max(at + by, 0), rows_total - 1));
		};
		const toggle_facets = () => {
			const { search: now } = latest.current;
			latest.current.change({ ...now, facets: now.facets ? undefined : "on" });
		};
		return [
			{ id: "next", label: "Next row", group, keys: ["j"], perform: () => move(1) },
			{ id: "previous", label: "Previous row", group, keys: ["k"], perform: () => move(-1) },
			{
				id: "confirm",
				label: "Confirm and go on",
				group,
				keys: ["a"],
				perform: () => latest.current.decide_at_cursor("confirm"),
			},
			{
				id: "reject",
				label: "Reject and go on",
				group,
				keys: ["r"],
				perform: () => latest.current.decide_at_cursor("reject"),
			},
			{
				id: "undo",
				label: "Undo the last decision",
				group,
				keys: ["z", "Ctrl+z"],
				perform: () => latest.current.take_back(),
			},
			{
				id: "explain",
				label: "Go to the evidence",
				group,
				keys: ["e", "Enter", "o"],
				perform: () => panel.current?.focus(),
			},
			{
				id: "search",
				label: "Search in the records",
				group,
				keys: ["/"],
				perform: () => search_box.current?.focus(),
			},
			{ id: "facets", label: "Filters with counts", group, keys: ["f"], perform: toggle_facets },
		];
	}, [set_cursor]);
	useRegisterActions(actions);
	const grid_actions = useMemo(
		() => (shortcuts ? actions : actions.filter(({ id }) => id === "undo" || id === "explain")),
		[shortcuts, actions],
	);

	const columns = useMemo(
		() =>
			spec.kind === "matches"
				? match_columns(left, right, (row) => state_of(row.match.no) ?? row.state)
				: item_columns(spec.side === "right" ? right : left),
		[spec.kind, spec.side, left, right, state_of],
	);
	const tone = (row: ReviewRow) => {
		const state = is_match(row) ? state_of(row.match.no) : undefined;
		if (state === "rejected") return "removed";
		return state === "confirmed" ? "done" : "plain";
	};
	const history =
		current && is_match(current)
			? (log?.items.filter(({ match }) => match?.no === current.match.no) ?? [])
			: [];
	const problem = view.error ?? rows.problem;

	return (
		<div data-workspace className={styles.workspace}>
			<header className={styles.head}>
				<h1 className={styles.title}>
					<Link to="/p/$project/reconciliations/$rec" params={{ project, rec: reconciliation.id }}>
						{reconciliation.name}
					</Link>
				</h1>
				<Balance job={job} left={left} right={right} />
			</header>
			<Toolbar
				search={search}
				on_change={change}
				job={job}
				left={left}
				right={right}
				total={view.data ? total : null}
				busy={view.isFetching}
				decided={count}
				export_path={view_id ? `/api/v1/projects/${project}/views/${view_id}/export` : null}
				search_box={search_box}
				on_leave_search={focus_grid}
				on_undo={take_back}
				on_refresh={() => view.refetch()}
			/>
			<div className={styles.body} data-facets={search.facets === "on"}>
				{search.facets === "on" && (
					<aside aria-label="Filters" className={styles.facets}>
						<Suspense fallback={<Skeleton />}>
							<Facets
								facets={facets.data?.facets ?? []}
								search={search}
								busy={facets.isFetching}
								on_change={change}
							/>
						</Suspense>
					</aside>
				)}
				<div ref={grid_area} className={styles.grid}>
					{problem && <Failure problem={problem} what="The list" on_retry={view.refetch} />}
					{!problem && view.isLoading && <Skeleton lines={8} />}
					{!problem && view.data && total === 0 && <EmptyList search={search} change={change} />}
					{!problem && view.data && total > 0 && (
						<DataGrid<ReviewRow>
							key={spec.kind}
							label={spec.kind === "matches" ? "Matches" : "Open items"}
							columns={columns}
							total={total}
							row_at={rows.row_at}
							row_px={ROW_PX[density]}
							cursor={cursor}
							on_cursor={set_cursor}
							sort={sort_of(search)}
							on_sort={(field) =>
								change({ ...search, sort: next_sort(sort_of(search), field), row: undefined })
							}
							tone={tone}
							actions={grid_actions}
							on_range={rows.on_range}
							busy={view.isFetching || rows.busy}
							auto_focus
						/>
					)}
				</div>
				<aside
					ref={panel}
					tabIndex={-1}
					aria-label="Evidence"
					className={styles.panel}
					onKeyDown={(event) => event.key === "Escape" && focus_grid()}
				>
					{current && is_match(current) && (
						<Suspense fallback={<Skeleton />}>
							<EvidencePanel
								key={current.match.no}
								project={project}
								row={current}
								state={state_of(current.match.no) ?? current.state}
								left={left}
								right={right}
								history={history}
								members={members?.items ?? []}
								may_decide={may_decide}
								on_confirm={() => decide_at_cursor("confirm")}
								on_choose={(records) => decide_at_cursor("confirm", records)}
								on_reject={() => decide_at_cursor("reject")}
								on_undo={(decision) => undo(decision, current, cursor)}
							/>
						</Suspense>
					)}
					{current && !is_match(current) && (
						<Suspense fallback={<Skeleton />}>
							<ItemPanel
								row={current}
								own={current.side === "left" ? left : right}
								other={current.side === "left" ? right : left}
							/>
						</Suspense>
					)}
				</aside>
			</div>
			<VisuallyHidden>
				<span aria-live="polite">{said || row_in_words(current, cursor, total)}</span>
			</VisuallyHidden>
		</div>
	);
}

function row_in_words(row: ReviewRow | undefined, cursor: number, total: number): string {
	if (!row) return "";
	const place = `Row ${cursor + 1} of ${total}`;
	return is_match(row) ? `${place}, ${word_of(MATCH_STATES, row.state).label}` : place;
}

interface EmptyListProps {
	search: ReviewSearch;
	change: (search: ReviewSearch) => void;
}

function EmptyList({ search, change }: EmptyListProps) {
	const list = search.list ?? "check";
	if (is_filtered(search)) {
		return (
			<Empty
				icon={<FilterX size={20} aria-hidden />}
				title="Nothing matches these filters"
				action={
					<Button variant="primary" onClick={() => change(without_filters(search))}>
						Clear the filters
					</Button>
				}
			/>
		);
	}
	const done = list === "check";
	return (
		<Empty
			icon={<CircleCheckBig size={20} aria-hidden />}
			title={done ? "Everything is decided" : "Nothing here"}
			action={
				<Button variant="primary" onClick={() => change({ job: search.job, list: "left" })}>
					See the open items
				</Button>
			}
		>
			{done
				? "No match waits for you. What is still open has no partner yet."
				: "This list has no row in this job."}
		</Empty>
	);
}
