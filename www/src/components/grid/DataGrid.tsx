/*
 * A grid of any number of rows with one tab stop: role=grid on the scroller, aria-activedescendant on
 * the active cell, rows placed by transform. It knows neither where rows come from nor what they mean:
 * the caller gives the row at an index (or undefined while it loads) and the columns to draw it with.
 */
import { ArrowDown, ArrowUp } from "lucide-react";
import {
	type KeyboardEvent,
	memo,
	type ReactNode,
	useCallback,
	useEffect,
	useId,
	useMemo,
	useRef,
	useState,
} from "react";
import { cx } from "@/lib/cx";
import { type Action, Keymap } from "@/lib/keymap";
import styles from "./DataGrid.module.css";
import type { GridWindow } from "./useGridWindow";
import { useGridWindow } from "./useGridWindow";
import type { RowRange } from "./window";

export interface Column<Row> {
	id: string;
	header: string;
	/** A track of grid-template-columns, such as "96px" or "minmax(120px, 2fr)". */
	width: string;
	align?: "start" | "end";
	/** The view's name of this sort, when the column can be sorted. */
	sort?: string;
	/** Column ids that share a band heading above theirs. */
	band?: string;
	cell: (row: Row, index: number) => ReactNode;
}

export interface Sort {
	field: string;
	descending: boolean;
}

export type RowTone = "plain" | "done" | "removed";

interface DataGridProps<Row> {
	label: string;
	columns: ReadonlyArray<Column<Row>>;
	total: number;
	row_at: (index: number) => Row | undefined;
	row_px: number;
	/** The active row; -1 is the header. */
	cursor: number;
	on_cursor: (row: number) => void;
	sort?: Sort | null;
	on_sort?: (field: string) => void;
	tone?: (row: Row) => RowTone;
	/** Single-key actions, active only while the grid has focus. */
	actions?: readonly Action[];
	on_range?: (range: RowRange) => void;
	busy?: boolean;
	auto_focus?: boolean;
}

const HEADER_PX = 34;
const HEADER = -1;

interface RowProps<Row> {
	row: Row | undefined;
	index: number;
	y: number;
	height: number;
	template: string;
	columns: ReadonlyArray<Column<Row>>;
	active_column: number | null;
	tone: RowTone;
	id: string;
	on_press: (row: number, column: number) => void;
}

function GridRow<Row>(props: RowProps<Row>) {
	const { row, index, y, height, template, columns, active_column, tone, id, on_press } = props;
	return (
		<div
			role="row"
			aria-rowindex={index + 2}
			aria-selected={active_column !== null}
			className={cx(styles.row, active_column !== null && styles.active, styles[tone])}
			style={{ transform: `translateY(${y}px)`, height, gridTemplateColumns: template }}
		>
			{columns.map((column, at) => (
				<div
					key={column.id}
					role="gridcell"
					id={`${id}-${at}`}
					aria-colindex={at + 1}
					className={cx(
						styles.cell,
						column.align === "end" && styles.end,
						active_column === at && styles.cell_active,
					)}
					onClick={() => on_press(index, at)}
				>
					{row === undefined ? <span className={styles.ghost} /> : column.cell(row, index)}
				</div>
			))}
		</div>
	);
}

const MemoRow = memo(GridRow) as typeof GridRow;

interface HeaderProps<Row> {
	min_width: number;
	columns: ReadonlyArray<Column<Row>>;
	template: string;
	sort: Sort | null;
	active_column: number | null;
	id: string;
	on_press: (column: number) => void;
}

function aria_sort(sort: Sort | null, field: string | undefined) {
	if (!field || sort?.field !== field) return undefined;
	return sort.descending ? ("descending" as const) : ("ascending" as const);
}

function Header<Row>({
	min_width: minWidth,
	columns,
	template,
	sort,
	active_column,
	id,
	on_press,
}: HeaderProps<Row>) {
	return (
		<div role="rowgroup" className={styles.head} style={{ minWidth }}>
			<div
				role="row"
				aria-rowindex={1}
				className={styles.head_row}
				style={{ gridTemplateColumns: template }}
			>
				{columns.map((column, at) => (
					<div
						key={column.id}
						role="columnheader"
						id={`${id}-head-${at}`}
						aria-colindex={at + 1}
						aria-sort={aria_sort(sort, column.sort)}
						className={cx(
							styles.head_cell,
							column.align === "end" && styles.end,
							column.sort && styles.sortable,
							active_column === at && styles.cell_active,
						)}
						onClick={() => on_press(at)}
					>
						{column.band && <span className={styles.band}>{column.band}</span>}
						<span>{column.header}</span>
						{aria_sort(sort, column.sort) === "ascending" && <ArrowUp size={12} aria-hidden />}
						{aria_sort(sort, column.sort) === "descending" && <ArrowDown size={12} aria-hidden />}
					</div>
				))}
			</div>
		</div>
	);
}

/** The least width of all columns together: the first length that each track names. */
export function least_width(columns: ReadonlyArray<{ width: string }>): number {
	return columns.reduce((sum, { width }) => sum + Number(/\d+/.exec(width)?.[0] ?? 0), 0);
}

interface Moves {
	cursor: number;
	total: number;
	page_rows: number;
}

/** The row that a movement key leads to, or null for another key. */
export function row_after_key(key: string, { cursor, total, page_rows }: Moves): number | null {
	const last = total - 1;
	switch (key) {
		case "ArrowDown":
			return Math.min(cursor + 1, last);
		case "ArrowUp":
			return Math.max(cursor - 1, HEADER);
		case "PageDown":
			return Math.min(Math.max(cursor, 0) + page_rows, last);
		case "PageUp":
			return Math.max(cursor - page_rows, Math.min(0, last));
		case "Home":
			return Math.min(0, last);
		case "End":
			return last;
		default:
			return null;
	}
}

interface KeyContext {
	cursor: number;
	total: number;
	column: number;
	columns: number;
	window: GridWindow;
	keymap: Keymap;
	move: (row: number) => void;
	set_column: (column: number) => void;
	press_header: (column: number) => void;
}

function handle_key(event: KeyboardEvent, context: KeyContext): void {
	const { cursor, total, column, columns, window, keymap, move, set_column, press_header } =
		context;
	const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
	if (plain && cursor === HEADER && event.key === "Enter") {
		press_header(column);
		event.preventDefault();
		return;
	}
	const action = keymap.find(event.nativeEvent, event.timeStamp);
	if (action) {
		event.preventDefault();
		action.perform();
		return;
	}
	if (!plain) return;
	if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
		const next = column + (event.key === "ArrowRight" ? 1 : -1);
		set_column(Math.min(Math.max(next, 0), columns - 1));
		event.preventDefault();
		return;
	}
	const row = row_after_key(event.key, { cursor, total, page_rows: window.page_rows });
	if (row === null) return;
	event.preventDefault();
	move(row);
}

const NO_ACTIONS: readonly Action[] = [];

export function DataGrid<Row>(props: DataGridProps<Row>) {
	const { label, columns, total, row_at, row_px, cursor, on_cursor, sort = null, on_sort } = props;
	const { tone, actions = NO_ACTIONS, on_range, busy = false, auto_focus = false } = props;
	const id = useId();
	const scroller = useRef<HTMLDivElement>(null);
	const [column, set_column] = useState(0);
	const window = useGridWindow({ scroller, rows: total, row_px, header_px: HEADER_PX });
	const { range, offset, height, show_row } = window;
	const keymap = useMemo(() => new Keymap(actions), [actions]);
	const template = columns.map((item) => item.width).join(" ");
	const minWidth = least_width(columns);

	useEffect(() => on_range?.(range), [range, on_range]);
	useEffect(() => {
		if (cursor >= 0 && cursor < total) show_row(cursor);
	}, [cursor, total, show_row]);
	useEffect(() => {
		if (auto_focus) scroller.current?.focus({ preventScroll: true });
	}, [auto_focus]);

	const press_header = (at: number) => {
		const field = columns[at]?.sort;
		if (field) on_sort?.(field);
	};
	const on_press = useCallback(
		(row: number, at: number) => {
			set_column(at);
			on_cursor(row);
		},
		[on_cursor],
	);

	const indices = Array.from({ length: range.end - range.first }, (_, at) => range.first + at);
	const on_screen = cursor === HEADER || (cursor >= range.first && cursor < range.end);
	const active_id = cursor === HEADER ? `${id}-head-${column}` : `${id}-${cursor}-${column}`;
	const context = {
		cursor,
		total,
		column,
		columns: columns.length,
		window,
		keymap,
		move: on_cursor,
		set_column,
		press_header,
	};

	return (
		<div className={styles.frame}>
			<div
				ref={scroller}
				role="grid"
				tabIndex={0}
				aria-label={label}
				aria-rowcount={total + 1}
				aria-colcount={columns.length}
				aria-busy={busy}
				aria-activedescendant={on_screen && total > 0 ? active_id : undefined}
				className={styles.scroller}
				onScroll={window.on_scroll}
				onKeyDown={(event) => handle_key(event, context)}
			>
				<Header
					min_width={minWidth}
					columns={columns}
					template={template}
					sort={sort}
					active_column={cursor === HEADER ? column : null}
					id={id}
					on_press={press_header}
				/>
				<div role="rowgroup" className={styles.body} style={{ height, minWidth }}>
					{indices.map((index) => {
						const row = row_at(index);
						return (
							<MemoRow
								key={index}
								id={`${id}-${index}`}
								row={row}
								index={index}
								y={index * row_px - offset}
								height={row_px}
								template={template}
								columns={columns}
								active_column={index === cursor ? column : null}
								tone={row !== undefined && tone ? tone(row) : "plain"}
								on_press={on_press}
							/>
						);
					})}
				</div>
			</div>
		</div>
	);
}
