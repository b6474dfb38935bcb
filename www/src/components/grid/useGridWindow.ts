/*
 * Connects the window mathematics to a scrolling element. React renders only when the range of rows or
 * the offset changes, never for a scroll inside the overscan.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import {
	area_of,
	type Geometry,
	type Position,
	position_after_scroll,
	position_at,
	position_showing,
	type RowRange,
	rows_at,
	rows_per_view,
	TOP,
} from "./window";

const OVERSCAN = 6;

export interface GridWindow {
	range: RowRange;
	/** Subtract from a row's place in the full table to get its place in the scroll area. */
	offset: number;
	/** Height of the scroll area. */
	height: number;
	page_rows: number;
	on_scroll: () => void;
	/** Brings a row into view with the smallest move. */
	show_row: (row: number) => void;
	scroll_to_top: () => void;
}

interface Options {
	scroller: RefObject<HTMLElement | null>;
	rows: number;
	row_px: number;
	/** Height of what sticks to the top of the scroller. */
	header_px: number;
}

const DEFAULT_VIEW_PX = 640;

function same_range(a: RowRange, b: RowRange): boolean {
	return a.first === b.first && a.end === b.end;
}

export function useGridWindow({ scroller, rows, row_px, header_px }: Options): GridWindow {
	const [view_px, set_view_px] = useState(DEFAULT_VIEW_PX);
	const geometry: Geometry = { rows, row_px, view_px };
	const geometry_ref = useRef(geometry);
	geometry_ref.current = geometry;
	const position = useRef<Position>(TOP);
	const [shown, set_shown] = useState(() => ({
		range: rows_at(geometry, TOP, OVERSCAN),
		offset: 0,
	}));

	const apply = useCallback(
		(next: Position) => {
			position.current = next;
			const element = scroller.current;
			if (element && element.scrollTop !== next.scroll_top) element.scrollTop = next.scroll_top;
			const range = rows_at(geometry_ref.current, next, OVERSCAN);
			set_shown((old) =>
				old.offset === next.offset && same_range(old.range, range)
					? old
					: { range, offset: next.offset },
			);
		},
		[scroller],
	);

	const on_scroll = useCallback(() => {
		const element = scroller.current;
		if (!element || element.scrollTop === position.current.scroll_top) return;
		apply(position_after_scroll(geometry_ref.current, position.current, element.scrollTop));
	}, [scroller, apply]);

	const show_row = useCallback(
		(row: number) => apply(position_showing(geometry_ref.current, position.current, row)),
		[apply],
	);

	const scroll_to_top = useCallback(() => apply(TOP), [apply]);

	useEffect(() => {
		const element = scroller.current;
		if (!element || typeof ResizeObserver === "undefined") return;
		const observer = new ResizeObserver(() => {
			if (element.clientHeight > 0) set_view_px(Math.max(row_px, element.clientHeight - header_px));
		});
		observer.observe(element);
		return () => observer.disconnect();
	}, [scroller, row_px, header_px]);

	// Another table, density or height: keep the place as far as it still exists.
	useLayoutEffect(() => {
		const { scroll_top, offset } = position.current;
		apply(position_at({ rows, row_px, view_px }, scroll_top + offset));
	}, [rows, row_px, view_px, apply]);

	return {
		range: shown.range,
		offset: shown.offset,
		height: area_of(geometry).capped,
		page_rows: rows_per_view(geometry),
		on_scroll,
		show_row,
		scroll_to_top,
	};
}
