import { describe, expect, test } from "vitest";
import {
	area_of,
	type Geometry,
	MAX_SCROLL_PX,
	type Position,
	pages_of,
	position_after_scroll,
	position_at,
	position_showing,
	rows_at,
	rows_per_view,
	TOP,
} from "./window";

const small: Geometry = { rows: 1000, row_px: 32, view_px: 640 };
const million: Geometry = { rows: 1_000_000, row_px: 32, view_px: 640 };
const hundred_million: Geometry = { rows: 100_000_000, row_px: 40, view_px: 900 };

const y_of = (position: Position) => position.scroll_top + position.offset;

describe("area_of", () => {
	test("is the table itself while that fits", () =>
		expect(area_of(small)).toMatchObject({ full: 32_000, capped: 32_000, pages: 1 }));
	test.each([
		["a million", million],
		["a hundred million", hundred_million],
	])("%s rows stay under the browsers' limit", (_, geometry) => {
		const area = area_of(geometry);
		expect(area.capped).toBe(MAX_SCROLL_PX);
		// The last page ends exactly at the last row.
		expect(Math.round((area.pages - 1) * area.step)).toBe(area.full - area.capped);
		expect(area.step).toBeLessThan(area.page_px);
	});
});

describe("position_at", () => {
	test.each([
		["the top", 0],
		["a place in the middle", 12_345_678],
		["the last pixel", 32_000_000 - 640],
	])("shows %s exactly", (_, y) => {
		const position = position_at(million, y);
		expect(y_of(position)).toBe(y);
		expect(position.scroll_top).toBeGreaterThanOrEqual(0);
		expect(position.scroll_top).toBeLessThanOrEqual(MAX_SCROLL_PX - 640);
	});
	test("does not go beyond the end", () =>
		expect(y_of(position_at(small, 1e9))).toBe(32_000 - 640));
	test("of an empty table is its top", () =>
		expect(position_at({ ...small, rows: 0 }, 50)).toEqual(TOP));
});

describe("scrolling", () => {
	test("by less than a view moves by exact pixels across every page edge", () => {
		let position = TOP;
		let y = 0;
		for (let step = 0; step < 4000; step++) {
			position = position_after_scroll(million, position, position.scroll_top + 600);
			y += 600;
			expect(y_of(position)).toBe(y);
		}
		for (let step = 0; step < 4000; step++) {
			position = position_after_scroll(million, position, position.scroll_top - 600);
			y -= 600;
			expect(y_of(position)).toBe(y);
		}
		expect(position).toEqual(TOP);
	});

	test.each([
		["a million", million],
		["a hundred million", hundred_million],
	])("a jump of the bar reaches its share of %s rows", (_, geometry) => {
		const { full, capped } = area_of(geometry);
		for (const share of [0, 0.1, 0.5, 0.9, 1]) {
			const scroll_top = Math.round((capped - geometry.view_px) * share);
			const from = share < 0.5 ? position_at(geometry, full) : TOP;
			const position = position_after_scroll(geometry, from, scroll_top);
			expect(position.scroll_top).toBe(scroll_top);
			expect(y_of(position) / (full - geometry.view_px)).toBeCloseTo(share, 2);
		}
	});

	test("the bar's end shows the last row", () => {
		const position = position_after_scroll(million, TOP, MAX_SCROLL_PX - 640);
		expect(rows_at(million, position, 0).end).toBe(1_000_000);
	});

	test("a table that fits scrolls as it is", () =>
		expect(position_after_scroll(small, TOP, 5000)).toEqual({
			page: 0,
			offset: 0,
			scroll_top: 5000,
		}));
});

describe("rows_at", () => {
	test("covers the view with some more around it", () => {
		expect(rows_at(small, TOP, 6)).toEqual({ first: 0, end: 26 });
		expect(rows_at(small, position_at(small, 3200), 6)).toEqual({ first: 94, end: 126 });
	});
	test("draws few rows at any size", () => {
		const { first, end } = rows_at(million, position_at(million, 16_000_000), 6);
		expect(end - first).toBeLessThanOrEqual(60);
	});
});

describe("position_showing", () => {
	test("leaves a visible row where it is", () =>
		expect(position_showing(million, TOP, 5)).toBe(TOP));
	test("brings a row below to the bottom, one above to the top", () => {
		expect(y_of(position_showing(million, TOP, 20))).toBe(32);
		expect(y_of(position_showing(million, position_at(million, 6400), 10))).toBe(320);
	});
	test("reaches row 1,000,000", () => {
		const position = position_showing(million, TOP, 999_999);
		expect(rows_at(million, position, 0).end).toBe(1_000_000);
	});
});

test("rows_per_view leaves one row of context", () => {
	expect(rows_per_view(small)).toBe(19);
	expect(rows_per_view({ ...small, view_px: 10 })).toBe(1);
});

test("pages_of names every page that a range touches", () => {
	expect(pages_of({ first: 0, end: 0 }, 200)).toEqual([]);
	expect(pages_of({ first: 199, end: 201 }, 200)).toEqual([0, 1]);
	expect(pages_of({ first: 400, end: 600 }, 200)).toEqual([2]);
});
