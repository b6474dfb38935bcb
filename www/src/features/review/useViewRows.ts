/* Rows of one view for the grid: pages on screen are asked for, kept in the cache, and read from it. */
import { useCallback, useMemo, useState } from "react";
import { shallowEqual } from "react-redux";
import { api, type Problem, to_problem } from "@/api";
import { useAppDispatch, useAppSelector } from "@/api/state";
import { PAGE_ROWS, usePagedRows } from "@/components/grid/usePagedRows";
import type { RowRange } from "@/components/grid/window";
import type { ReviewRow } from "./model";

const START: RowRange = { first: 0, end: 1 };

export interface ViewRowsState {
	row_at: (index: number) => ReviewRow | undefined;
	on_range: (range: RowRange) => void;
	busy: boolean;
	problem: Problem | null;
	/** Asks again for the page of a row, to see the server's truth of it. */
	refresh_row: (index: number) => Promise<void>;
}

export function useViewRows(project: string, view: string): ViewRowsState {
	const dispatch = useAppDispatch();
	const [range, set_range] = useState(START);
	const args_of = useCallback(
		(page: number) => ({ project, view, offset: page * PAGE_ROWS, limit: PAGE_ROWS }),
		[project, view],
	);
	const hold = useCallback(
		(page: number) => {
			const request = dispatch(api.endpoints.viewRows.initiate(args_of(page)));
			return () => request.unsubscribe();
		},
		[dispatch, args_of],
	);
	const pages = usePagedRows(view, range, hold);
	const selectors = useMemo(
		() => pages.map((page) => [page, api.endpoints.viewRows.select(args_of(page))] as const),
		[pages, args_of],
	);
	const loaded = useAppSelector(
		(state) => selectors.map(([, select]) => select(state).data?.items),
		shallowEqual,
	);
	const busy = useAppSelector((state) => selectors.some(([, select]) => select(state).isLoading));
	const error = useAppSelector((state) =>
		selectors.map(([, select]) => select(state).error).find(Boolean),
	);

	const by_page = useMemo(
		() => new Map(selectors.map(([page], at) => [page, loaded[at]])),
		[selectors, loaded],
	);
	const row_at = useCallback(
		(index: number) => by_page.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS],
		[by_page],
	);
	const refresh_row = useCallback(
		async (index: number) => {
			const args = args_of(Math.floor(index / PAGE_ROWS));
			await dispatch(
				api.endpoints.viewRows.initiate(args, { forceRefetch: true, subscribe: false }),
			);
		},
		[dispatch, args_of],
	);
	return {
		row_at,
		on_range: set_range,
		busy,
		problem: error ? to_problem(error) : null,
		refresh_row,
	};
}
