/*
 * Rows of a server-side view in pages: asks for the pages on screen after the scrolling has rested for
 * a moment, keeps a few pages around them, and lets the rest go, so that a drag over a million rows
 * costs a handful of requests. How a page is asked for and read is the caller's (it owns the endpoint).
 */
import { useEffect, useRef, useState } from "react";
import { pages_of, type RowRange } from "./window";

export const PAGE_ROWS = 200;
const REST_MS = 40;
const KEEP_PAGES = 5;

/** Starts to load a page and keeps it until the returned function is called. */
export type HoldPage = (page: number) => () => void;

/** Returns the pages that are held, in ascending order; `key` names the view ("": none yet). */
export function usePagedRows(key: string, range: RowRange, hold: HoldPage): readonly number[] {
	const held = useRef(new Map<number, () => void>());
	const [pages, set_pages] = useState<readonly number[]>([]);
	const hold_ref = useRef(hold);
	hold_ref.current = hold;

	const { first, end } = range;
	useEffect(() => {
		if (key === "") return;
		const load = () => {
			const wanted = pages_of({ first, end }, PAGE_ROWS);
			for (const page of wanted) {
				if (!held.current.has(page)) held.current.set(page, hold_ref.current(page));
			}
			for (const [page, release] of held.current) {
				if (wanted.some((near) => Math.abs(near - page) <= KEEP_PAGES)) continue;
				release();
				held.current.delete(page);
			}
			const next = [...held.current.keys()].sort((a, b) => a - b);
			set_pages((old) => (old.join() === next.join() ? old : next));
		};
		if (held.current.size === 0) {
			load();
			return;
		}
		const timer = setTimeout(load, REST_MS);
		return () => clearTimeout(timer);
	}, [key, first, end]);

	// biome-ignore lint/correctness/useExhaustiveDependencies: the clean-up is for the old key
	useEffect(() => {
		const map = held.current;
		return () => {
			for (const release of map.values()) release();
			map.clear();
		};
	}, [key]);

	return pages;
}
