/* Why a match is one: both sides field by field, how the evidence adds up, and the next best. */
import { Check, CircleHelp, Equal, Undo2, X } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import {
	api,
	type Comparison,
	type Decision,
	type DecisionNew,
	type MatchRow,
	type Member,
} from "@/api";
import { Badge, Button, Failure, Kbd, RelativeTime, Skeleton, StateBadge } from "@/components/ui";
import { cx } from "@/lib/cx";
import { format_confidence } from "@/lib/numbers";
import { MATCH_STATES, word_of } from "@/lib/words";
import styles from "./EvidencePanel.module.css";
import {
	type Agreement,
	agreement_of,
	amount_delta,
	date_delta,
	differing_pieces,
	title_of,
} from "./model";
import { RecordCard } from "./RecordCard";
import type { MatchState } from "./useDecisions";

const Waterfall = lazy(() =>
	import("@/components/charts/Waterfall").then((module) => ({ default: module.Waterfall })),
);
const Alternatives = lazy(() =>
	import("./Alternatives").then((module) => ({ default: module.Alternatives })),
);

interface EvidencePanelProps {
	project: string;
	row: MatchRow;
	state: MatchState;
	left: string;
	right: string;
	/** Decisions about this match, newest first. */
	history: readonly Decision[];
	members: readonly Member[];
	may_decide: boolean;
	on_confirm: () => void;
	/** Confirms an ambiguous match with the records that a person chose. */
	on_choose: (records: NonNullable<DecisionNew["records"]>) => void;
	on_reject: () => void;
	on_undo: ((decision: Decision) => void) | null;
}

export function EvidencePanel(props: EvidencePanelProps) {
	const { project, row, state, left, right, history, members } = props;
	const { data, error, isLoading, refetch } = api.useEvidenceGetQuery({
		project,
		job: row.match.job,
		no: row.match.no,
	});
	return (
		<div className={styles.panel}>
			<header className={styles.head}>
				<div className={styles.title}>
					<h2>Match {row.match.no}</h2>
					<StateBadge table={MATCH_STATES} state={state} />
					<Badge>{row.kind}</Badge>
				</div>
				<div className={styles.confidence}>
					<span className={styles.figure}>
						{row.confidence === null ? "–" : format_confidence(row.confidence)}
					</span>
					<span className={styles.note}>
						confidence, by {row.pass.replaceAll("_", " ")}
						{row.margin !== null && `, ${row.margin.toFixed(1)} bits ahead of the next`}
					</span>
				</div>
			</header>
			<div className={styles.scroll}>
				<Sides row={row} left={left} right={right} />
				{state === "ambiguous" && row.alternatives.length > 0 && (
					<Section
						title={row.choice ? "Which ones?" : "Or another one?"}
						note={row.choice ? "evidence cannot choose between them" : undefined}
					>
						<Suspense fallback={null}>
							<Alternatives
								row={row}
								left={left}
								right={right}
								may_decide={props.may_decide}
								on_choose={props.on_choose}
							/>
						</Suspense>
					</Section>
				)}
				{isLoading && <Skeleton lines={5} label="Loading the evidence" />}
				{error && <Failure problem={error} what="The evidence" on_retry={refetch} />}
				{data && (
					<>
						<Section title="Field by field">
							<ComparisonTable comparisons={data.comparisons} left={left} right={right} />
						</Section>
						{data.comparisons.length > 0 && (
							<Section title="How it adds up" note="in bits; each doubles or halves the odds">
								<Suspense fallback={<Skeleton />}>
									<Waterfall
										prior={data.prior_bits}
										other={data.other_bits}
										steps={data.comparisons.map(({ field, bits }) => ({ label: field, bits }))}
									/>
								</Suspense>
							</Section>
						)}
						<Section title="Next best">
							{data.runner_up ? (
								<RunnerUp runner_up={data.runner_up} />
							) : (
								<p className={styles.note}>No other record comes close.</p>
							)}
						</Section>
					</>
				)}
				{history.length > 0 && (
					<Section title="Decisions">
						<History history={history} members={members} />
					</Section>
				)}
			</div>
			<Actions {...props} />
		</div>
	);
}

interface SectionProps {
	title: string;
	note?: string | undefined;
	children: ReactNode;
}

function Section({ title, note, children }: SectionProps) {
	return (
		<section className={styles.section}>
			<h3>
				{title} {note && <span className={styles.note}>{note}</span>}
			</h3>
			{children}
		</section>
	);
}

interface SidesProps {
	row: MatchRow;
	left: string;
	right: string;
}

function Sides({ row, left, right }: SidesProps) {
	const amount = amount_delta(row.left, row.right);
	const date = date_delta(row.left, row.right);
	return (
		<section className={styles.section}>
			<RecordCard title={left} records={row.left} />
			<div className={styles.deltas}>
				{amount && (
					<span className={cx(styles.delta, !amount.equal && styles.delta_off)}>
						{amount.equal ? "Amounts are equal" : <mark>{amount.text}</mark>}
					</span>
				)}
				{date && (
					<span className={cx(styles.delta, !date.equal && styles.delta_off)}>
						{date.equal ? "Same day" : <mark>{date.text}</mark>}
					</span>
				)}
			</div>
			<RecordCard title={right} records={row.right} />
		</section>
	);
}

const AGREEMENT: Readonly<Record<Agreement, { label: string; icon: ReactNode }>> = {
	full: { label: "Equal", icon: <Equal size={14} aria-hidden /> },
	partial: { label: "Partly", icon: <Check size={14} aria-hidden /> },
	none: { label: "Against", icon: <X size={14} aria-hidden /> },
	missing: { label: "Not given", icon: <CircleHelp size={14} aria-hidden /> },
};

interface ComparisonTableProps {
	comparisons: readonly Comparison[];
	left: string;
	right: string;
}

function ComparisonTable({ comparisons, left, right }: ComparisonTableProps) {
	if (comparisons.length === 0) {
		return <p className={styles.note}>A rule decided this; no field was weighed.</p>;
	}
	return (
		<table className={styles.table} aria-label="Fields compared">
			<thead>
				<tr>
					<th scope="col">Field</th>
					<th scope="col">{left}</th>
					<th scope="col">{right}</th>
					<th scope="col">Agreement</th>
				</tr>
			</thead>
			<tbody>
				{comparisons.map((comparison) => (
					<ComparisonRow key={comparison.field} comparison={comparison} />
				))}
			</tbody>
		</table>
	);
}

function ComparisonRow({ comparison }: { comparison: Comparison }) {
	const { field, left, right, level } = comparison;
	const agreement = agreement_of(comparison);
	const { label, icon } = AGREEMENT[agreement];
	const telling = agreement === "partial" || agreement === "none";
	return (
		<tr>
			<th scope="row">{field.replaceAll("_", " ")}</th>
			<td>
				<Marked text={left} other={right} />
			</td>
			<td>
				<Marked text={right} other={left} />
			</td>
			<td>
				<span className={cx(styles.agreement, styles[agreement])} title={level}>
					{icon}
					{label}
				</span>
				{telling && <span className={styles.level}>{level}</span>}
			</td>
		</tr>
	);
}

function Marked({ text, other }: { text: string | null; other: string | null }) {
	if (text === null) return <span className={styles.note}>not given</span>;
	if (other === null || text === other) return text;
	return differing_pieces(text, other).map((piece, at) =>
		piece.marked ? (
			// biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other identity
			<mark key={at}>{piece.text}</mark>
		) : (
			piece.text
		),
	);
}

interface RunnerUpProps {
	runner_up: { confidence: number | null; left: MatchRow["left"]; right: MatchRow["right"] };
}

function RunnerUp({ runner_up }: RunnerUpProps) {
	const { confidence, left, right } = runner_up;
	return (
		<div className={styles.runner_up}>
			<span className={styles.runner_figure}>
				{confidence === null ? "–" : format_confidence(confidence)}
			</span>
			<span>
				{title_of(left)} <span className={styles.note}>with</span> {title_of(right)}
			</span>
		</div>
	);
}

interface HistoryProps {
	history: readonly Decision[];
	members: readonly Member[];
}

function History({ history, members }: HistoryProps) {
	const name_of = (id: string) =>
		members.find(({ user }) => user === id)?.display_name ?? "Somebody";
	const words: Readonly<Record<string, string>> = {
		confirm: "confirmed it",
		reject: "rejected it",
		undo: "took the decision back",
	};
	return (
		<ol className={styles.history}>
			{history.map((decision) => (
				<li key={decision.id}>
					<strong>{name_of(decision.user)}</strong> {words[decision.kind] ?? decision.kind}{" "}
					<span className={styles.note}>
						<RelativeTime at={decision.created_at} />
					</span>
					{decision.note && <p className={styles.note}>“{decision.note}”</p>}
				</li>
			))}
		</ol>
	);
}

function Actions(props: EvidencePanelProps) {
	const { state, history, may_decide, on_confirm, on_reject, on_undo } = props;
	const last = history.find(({ kind }) => kind === "confirm" || kind === "reject");
	const undone = last !== undefined && history.some(({ decision }) => decision === last.id);
	if (!may_decide) {
		return (
			<footer className={styles.actions}>
				<span className={styles.note}>
					{word_of(MATCH_STATES, state).label}. Your role does not decide on matches.
				</span>
			</footer>
		);
	}
	return (
		<footer className={styles.actions}>
			{last && !undone && on_undo && (
				<Button
					variant="ghost"
					icon={<Undo2 size={14} aria-hidden />}
					onClick={() => on_undo(last)}
				>
					Undo
				</Button>
			)}
			<Button disabled={state === "rejected"} onClick={on_reject}>
				Reject <Kbd keys="r" />
			</Button>
			<Button variant="primary" disabled={state === "confirmed"} onClick={on_confirm}>
				Confirm <Kbd keys="a" />
			</Button>
		</footer>
	);
}
