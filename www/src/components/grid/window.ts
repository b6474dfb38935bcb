/*
 * The mathematics of a grid of any number of rows. Browsers clamp the height of an element (Firefox
 * near 17.9 M px, Chromium near 33.5 M px), so the scroll area is capped at 8 M px, and the table is
 * cut into pages of a hundredth of it. Page p shows the table shifted by p * step, so that the first
 * page starts at row 0 and the last one ends at the last row. A scroll of less than one viewport moves by exact
 * pixels, re-basing scroll_top where the page changes; a larger jump maps the ratio of the bar.
 */

export const MAX_SCROLL_PX = 8_000_000;
const PAGES_PER_AREA = 100;

export interface Geometry {
	rows: number;
	row_px: number;
	/** Height of the part of the viewport that shows rows. */
	view_px: number;
}

export interface Area {
	/** Pixels that all rows would take. */
	full: number;
	/** Pixels that the scroll area takes. */
	capped: number;
	pages: number;
	page_px: number;
	/** How far the offset moves from one page to the next. */
	step: number;
}

export interface Position {
	page: number;
	/** Pixels of the table that lie above the scroll area's origin. */
	offset: number;
	scroll_top: number;
}

export const TOP: Position = { page: 0, offset: 0, scroll_top: 0 };

export function area_of({ rows, row_px }: Pick<Geometry, "rows" | "row_px">): Area {
	const full = rows * row_px;
	if (full <= MAX_SCROLL_PX) return { full, capped: full, pages: 1, page_px: full, step: 0 };
	const capped = MAX_SCROLL_PX;
	const page_px = capped / PAGES_PER_AREA;
	const pages = Math.ceil(full / page_px);
	return { full, capped, pages, page_px, step: (full - capped) / (pages - 1) };
}

function clamp(value: number, low: number, high: number): number {
	return Math.min(Math.max(value, low), Math.max(low, high));
}

/** The page that pixel `y` of the full table belongs to, and that page's shift. */
function page_at(area: Area, y: number): Pick<Position, "page" | "offset"> {
	const page = clamp(Math.floor(y / area.page_px), 0, area.pages - 1);
	return { page, offset: Math.round(page * area.step) };
}

/** Where pixel `y` of the full table is to be shown at the viewport's top. */
export function position_at(geometry: Geometry, y: number): Position {
	const area = area_of(geometry);
	const top = clamp(y, 0, area.full - geometry.view_px);
	if (area.pages === 1) return { page: 0, offset: 0, scroll_top: top };
	const { page, offset } = page_at(area, top);
	return { page, offset, scroll_top: top - offset };
}

/** The position after the browser reports `scroll_top`, coming from `from`. */
export function position_after_scroll(
	geometry: Geometry,
	from: Position,
	scroll_top: number,
): Position {
	const area = area_of(geometry);
	if (area.pages === 1) return { page: 0, offset: 0, scroll_top };
	const distance = Math.abs(scroll_top - from.scroll_top);
	if (distance < geometry.view_px) return position_at(geometry, scroll_top + from.offset);
	const room = Math.max(1, area.capped - geometry.view_px);
	const y = (scroll_top / room) * (area.full - geometry.view_px);
	return { ...page_at(area, y), scroll_top };
}

export interface RowRange {
	first: number;
	/** One past the last. */
	end: number;
}

/** Rows to draw at a position, with `overscan` more on both sides. */
export function rows_at(geometry: Geometry, position: Position, overscan: number): RowRange {
	const y = position.scroll_top + position.offset;
	const first = Math.floor(y / geometry.row_px) - overscan;
	const end = Math.ceil((y + geometry.view_px) / geometry.row_px) + overscan;
	return { first: clamp(first, 0, geometry.rows), end: clamp(end, 0, geometry.rows) };
}

/** The smallest move that brings a row into full view; the same position when it is. */
export function position_showing(geometry: Geometry, from: Position, row: number): Position {
	const top = row * geometry.row_px;
	const y = from.scroll_top + from.offset;
	if (top < y) return position_at(geometry, top);
	const bottom = top + geometry.row_px;
	if (bottom > y + geometry.view_px) return position_at(geometry, bottom - geometry.view_px);
	return from;
}

/** Rows that fit fully, for PageUp and PageDown. */
export function rows_per_view({ row_px, view_px }: Geometry): number {
	return Math.max(1, Math.floor(view_px / row_px) - 1);
}

/** Pages of `size` rows that cover a range. */
export function pages_of(range: RowRange, size: number): number[] {
	if (range.end <= range.first) return [];
	const first = Math.floor(range.first / size);
	const last = Math.floor((range.end - 1) / size);
	return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
