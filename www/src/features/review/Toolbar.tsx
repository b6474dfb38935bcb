import { ListFilter, RotateCw, Search, Undo2, X } from "lucide-react";
import { lazy, type RefObject, Suspense, useEffect, useState } from "react";
import type { Job } from "@/api";
import { Button, Kbd, Segmented, Select } from "@/components/ui";
import { format_count, plural } from "@/lib/numbers";
import { BREAK_TYPES, MATCH_STATES, word_of } from "@/lib/words";
import {
	is_filtered,
	LIST_FIELDS,
	type List,
	type ReviewSearch,
	toggle_value,
	without_filters,
} from "./search";
import styles from "./Toolbar.module.css";

const SEARCH_MS = 250;
const CONFIDENCES = [
	{ value: "", label: "Any confidence" },
	{ value: "0.9-1", label: "0.90 and above" },
	{ value: "0.7-0.9", label: "0.70 to 0.90" },
	{ value: "0-0.7", label: "Below 0.70" },
];

/* Its dialog and menu come after the rows: the first load has a bound. */
const DownloadMenu = lazy(() =>
	import("@/components/download/DownloadMenu").then((module) => ({ default: module.DownloadMenu })),
);

interface ToolbarProps {
	search: ReviewSearch;
	on_change: (search: ReviewSearch) => void;
	job: Job | null;
	left: string;
	right: string;
	total: number | null;
	busy: boolean;
	decided: number;
	/** Where the rows of this view can be downloaded; null until there is one. */
	export_path: string | null;
	search_box: RefObject<HTMLInputElement | null>;
	/** Enter and Escape go back to the rows. */
	on_leave_search: () => void;
	on_undo: () => void;
	on_refresh: () => void;
}

function count_of(job: Job | null, list: List): number | undefined {
	const summary = job?.summary;
	if (!summary) return undefined;
	const to_check = summary.suggested + summary.ambiguous;
	const counts = {
		check: to_check,
		all: summary.confirmed + to_check,
		left: summary.open_left,
		right: summary.open_right,
	};
	return counts[list];
}

export function Toolbar(props: ToolbarProps) {
	const { search, on_change, job, left, right, total, busy, decided, export_path } = props;
	const { search_box, on_leave_search, on_undo, on_refresh } = props;
	const list = search.list ?? "check";
	const lists = [
		{ value: "check", label: "To check", count: count_of(job, "check") },
		{ value: "all", label: "All matches", count: count_of(job, "all") },
		{ value: "left", label: `Open: ${left}`, count: count_of(job, "left") },
		{ value: "right", label: `Open: ${right}`, count: count_of(job, "right") },
	] as const;
	return (
		<div className={styles.toolbar}>
			<div className={styles.row}>
				<Segmented
					label="List"
					value={list}
					options={lists}
					on_change={(value) => on_change({ job: search.job, list: value, facets: search.facets })}
				/>
				<SearchBox
					search={search}
					on_change={on_change}
					box={search_box}
					on_leave={on_leave_search}
				/>
				<Button
					variant={search.facets ? "secondary" : "ghost"}
					icon={<ListFilter size={14} aria-hidden />}
					aria-pressed={search.facets === "on"}
					onClick={() => on_change({ ...search, facets: search.facets ? undefined : "on" })}
				>
					Filter <Kbd keys="f" />
				</Button>
				<span className={styles.total} role="status">
					{total !== null &&
						(list === "check" || list === "all"
							? plural(total, "match", "matches")
							: plural(total, "item"))}
					{busy && " · loading"}
				</span>
				<div className={styles.end}>
					{export_path && (
						<Suspense fallback={null}>
							<DownloadMenu label="Download" path={export_path} />
						</Suspense>
					)}
					{decided > 0 && (
						<>
							<Button size="small" icon={<Undo2 size={13} aria-hidden />} onClick={on_undo}>
								Undo <Kbd keys="z" />
							</Button>
							<Button
								size="small"
								variant="ghost"
								icon={<RotateCw size={13} aria-hidden />}
								onClick={on_refresh}
							>
								{format_count(decided)} decided, refresh the list
							</Button>
						</>
					)}
				</div>
			</div>
			{(is_filtered(search) || (search.facets && (list === "check" || list === "all"))) && (
				<Chips search={search} on_change={on_change} matches={list === "check" || list === "all"} />
			)}
		</div>
	);
}

interface SearchBoxProps {
	search: ReviewSearch;
	on_change: (search: ReviewSearch) => void;
	box: RefObject<HTMLInputElement | null>;
	on_leave: () => void;
}

function SearchBox({ search, on_change, box, on_leave }: SearchBoxProps) {
	const [text, set_text] = useState(search.text ?? "");
	const { text: current } = search;
	useEffect(() => set_text(current ?? ""), [current]);
	useEffect(() => {
		const wanted = text.trim() || undefined;
		if (wanted === current) return;
		const timer = setTimeout(
			() => on_change({ ...search, text: wanted, row: undefined }),
			SEARCH_MS,
		);
		return () => clearTimeout(timer);
	}, [text, current, search, on_change]);
	return (
		<label className={styles.search}>
			<Search size={14} aria-hidden />
			<input
				ref={box}
				type="search"
				aria-label="Search in the records"
				placeholder="Text, reference"
				maxLength={255}
				value={text}
				onChange={(event) => set_text(event.target.value)}
				onKeyDown={(event) => (event.key === "Enter" || event.key === "Escape") && on_leave()}
			/>
			<Kbd keys="/" />
		</label>
	);
}

interface ChipsProps {
	search: ReviewSearch;
	on_change: (search: ReviewSearch) => void;
	matches: boolean;
}

function Chips({ search, on_change, matches }: ChipsProps) {
	const words = { state: MATCH_STATES, break_type: BREAK_TYPES, kind: {}, pass: {} };
	const { min, max, text } = search;
	const range = min === undefined && max === undefined ? "" : `${min ?? 0}-${max ?? 1}`;
	const set_range = (value: string) => {
		const [low, high] = value.split("-").map(Number);
		on_change({
			...search,
			min: value && low ? low : undefined,
			max: value && high !== 1 ? high : undefined,
			row: undefined,
		});
	};
	return (
		<div className={styles.chips}>
			{matches && (
				<Select
					label="Confidence"
					className={styles.range}
					value={range}
					options={
						CONFIDENCES.some(({ value }) => value === range)
							? CONFIDENCES
							: [...CONFIDENCES, { value: range, label: range }]
					}
					onChange={(event) => set_range(event.target.value)}
				/>
			)}
			{LIST_FIELDS.flatMap((field) =>
				(search[field] ?? []).map((value) => (
					<Chip
						key={`${field}-${value}`}
						label={word_of(words[field], value).label}
						on_remove={() => on_change(toggle_value(search, field, value))}
					/>
				)),
			)}
			{text && (
				<Chip
					label={`contains “${text}”`}
					on_remove={() => on_change({ ...search, text: undefined, row: undefined })}
				/>
			)}
			{is_filtered(search) && (
				<Button size="small" variant="ghost" onClick={() => on_change(without_filters(search))}>
					Clear
				</Button>
			)}
		</div>
	);
}

function Chip({ label, on_remove }: { label: string; on_remove: () => void }) {
	return (
		<span className={styles.chip}>
			{label}
			<button type="button" aria-label={`Remove the filter ${label}`} onClick={on_remove}>
				<X size={13} aria-hidden />
			</button>
		</span>
	);
}
