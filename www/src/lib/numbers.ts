/* Counts, sizes, shares and rates for the eye. */

const count_format = new Intl.NumberFormat("en");
const compact_format = new Intl.NumberFormat("en", {
	notation: "compact",
	maximumFractionDigits: 1,
});
const SIZES = ["B", "kB", "MB", "GB", "TB"] as const;

export function format_count(count: number): string {
	return count_format.format(count);
}

/** Rates need no more than three digits: 184k. */
export function format_compact(count: number): string {
	return count < 10_000 ? count_format.format(Math.round(count)) : compact_format.format(count);
}

export function format_bytes(bytes: number): string {
	let size = bytes;
	let unit = 0;
	while (size >= 1000 && unit < SIZES.length - 1) {
		size /= 1000;
		unit += 1;
	}
	const digits = unit === 0 || size >= 100 ? 0 : 1;
	return `${size.toFixed(digits)} ${SIZES[unit]}`;
}

/** A share as a percentage that never rounds up to 100 nor down to 0. */
export function format_percent(part: number, whole: number): string {
	if (whole <= 0) return "–";
	const percent = (part / whole) * 100;
	if (part < whole && percent > 99.9) return "99.9%";
	if (part > 0 && percent < 0.1) return "0.1%";
	return `${percent.toFixed(percent === 100 || percent === 0 ? 0 : 1)}%`;
}

export function format_confidence(confidence: number): string {
	if (confidence >= 1) return "1.00";
	return (Math.floor(confidence * 100) / 100).toFixed(2);
}

export function plural(count: number, one: string, many = `${one}s`): string {
	return `${format_count(count)} ${count === 1 ? one : many}`;
}
