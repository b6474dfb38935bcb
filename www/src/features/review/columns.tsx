import type { MatchRow, OpenItemRow } from "@/api";
import type { Column } from "@/components/grid/DataGrid";
import { MoneyText, StateBadge } from "@/components/ui";
import { format_confidence, format_count } from "@/lib/numbers";
import { BREAK_TYPES, MATCH_STATES } from "@/lib/words";
import styles from "./columns.module.css";
import { amount_delta, dates_of, is_match, type ReviewRow, sum_of, title_of } from "./model";
import type { MatchState } from "./useDecisions";

type StateOf = (row: MatchRow) => MatchState;

const match_cell =
	(draw: (row: MatchRow) => React.ReactNode) =>
	(row: ReviewRow): React.ReactNode =>
		is_match(row) ? draw(row) : null;

const item_cell =
	(draw: (row: OpenItemRow) => React.ReactNode) =>
	(row: ReviewRow): React.ReactNode =>
		is_match(row) ? null : draw(row);

function Amount({ records }: { records: MatchRow["left"] }) {
	const sum = sum_of(records);
	return sum && <MoneyText money={sum} />;
}

function Confidence({ value }: { value: number | null }) {
	if (value === null) return <span className={styles.quiet}>–</span>;
	const width = `${Math.round(value * 100)}%`;
	return (
		<span className={styles.confidence}>
			<span className={styles.meter} aria-hidden>
				<span className={styles.level} style={{ width }} />
			</span>
			{format_confidence(value)}
		</span>
	);
}

function Difference({ row }: { row: MatchRow }) {
	const delta = amount_delta(row.left, row.right);
	if (!delta || delta.equal) return <span className={styles.quiet}>–</span>;
	return <mark>{delta.text}</mark>;
}

/** Names are those of the two sources, so that the heads say what they are. */
export function match_columns(left: string, right: string, state_of: StateOf): Column<ReviewRow>[] {
	return [
		{
			id: "left_date",
			header: "Date",
			band: left,
			width: "124px",
			sort: "date",
			cell: match_cell(({ left: records }) => <span>{dates_of(records)}</span>),
		},
		{
			id: "left_text",
			header: "Reference, text",
			width: "minmax(120px, 2fr)",
			cell: match_cell(({ left: records }) => (
				<span title={title_of(records)}>{title_of(records)}</span>
			)),
		},
		{
			id: "left_amount",
			header: "Amount",
			width: "96px",
			align: "end",
			sort: "amount",
			cell: match_cell(({ left: records }) => <Amount records={records} />),
		},
		{
			id: "right_date",
			header: "Date",
			band: right,
			width: "124px",
			cell: match_cell(({ right: records }) => <span>{dates_of(records)}</span>),
		},
		{
			id: "right_text",
			header: "Reference, text",
			width: "minmax(120px, 2fr)",
			cell: match_cell(({ right: records }) => (
				<span title={title_of(records)}>{title_of(records)}</span>
			)),
		},
		{
			id: "right_amount",
			header: "Amount",
			width: "96px",
			align: "end",
			cell: match_cell(({ right: records }) => <Amount records={records} />),
		},
		{
			id: "difference",
			header: "Differs",
			width: "84px",
			align: "end",
			cell: match_cell((row) => <Difference row={row} />),
		},
		{
			id: "confidence",
			header: "Confidence",
			width: "94px",
			align: "end",
			sort: "confidence",
			cell: match_cell(({ confidence }) => <Confidence value={confidence} />),
		},
		{
			id: "state",
			header: "State",
			width: "100px",
			sort: "state",
			cell: match_cell((row) => <StateBadge table={MATCH_STATES} state={state_of(row)} />),
		},
	];
}

export function item_columns(side: string): Column<ReviewRow>[] {
	return [
		{
			id: "row",
			header: "Row",
			width: "52px",
			align: "end",
			cell: item_cell(({ record }) => (
				<span className={styles.quiet}>{format_count(record.row + 1)}</span>
			)),
		},
		{
			id: "date",
			header: "Date",
			band: side,
			width: "minmax(92px, 104px)",
			sort: "date",
			cell: item_cell(({ record }) => <span>{record.date}</span>),
		},
		{
			id: "reference",
			header: "Reference",
			width: "minmax(84px, 0.6fr)",
			cell: item_cell(({ record }) => (
				<span title={record.reference ?? undefined}>{record.reference}</span>
			)),
		},
		{
			id: "text",
			header: "Text",
			width: "minmax(90px, 1.4fr)",
			cell: item_cell(({ record }) => <span title={record.text ?? undefined}>{record.text}</span>),
		},
		{
			id: "amount",
			header: "Amount",
			width: "98px",
			align: "end",
			sort: "amount",
			cell: item_cell(({ record }) => record.amount && <MoneyText money={record.amount} />),
		},
		{
			id: "remaining",
			header: "Open",
			width: "98px",
			align: "end",
			cell: item_cell(({ remaining }) => remaining && <MoneyText money={remaining} strong />),
		},
		{
			id: "first_seen",
			header: "Since",
			width: "88px",
			sort: "first_seen",
			cell: item_cell(({ first_seen }) => <span className={styles.quiet}>{first_seen}</span>),
		},
		{
			id: "break_type",
			header: "Why",
			width: "minmax(182px, 200px)",
			sort: "break_type",
			cell: item_cell(({ break_type }) => <StateBadge table={BREAK_TYPES} state={break_type} />),
		},
	];
}
