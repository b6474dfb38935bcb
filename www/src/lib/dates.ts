/* Days are ISO strings, instants are RFC 3339 in UTC; only their display is local. */

const DAY_MS = 86_400_000;
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Days since 1970 of an ISO day, or null. */
export function day_number(day: string): number | null {
	const parts = ISO_DAY.exec(day);
	if (!parts) return null;
	const ms = Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
	return new Date(ms).toISOString().startsWith(day) ? ms / DAY_MS : null;
}

/** "3 days later", "1 day earlier", "same day"; null when either is no day. */
export function days_apart_in_words(left: string, right: string): string | null {
	const from = day_number(left);
	const to = day_number(right);
	if (from === null || to === null) return null;
	const days = to - from;
	if (days === 0) return "same day";
	const size = Math.abs(days);
	return `${size} ${size === 1 ? "day" : "days"} ${days > 0 ? "later" : "earlier"}`;
}

/** An instant to the minute, in the reader's zone. */
export function format_instant(instant: string, locale?: string): string {
	const date = new Date(instant);
	if (Number.isNaN(date.getTime())) return instant;
	return date.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}

const STEPS: ReadonlyArray<readonly [Intl.RelativeTimeFormatUnit, number]> = [
	["year", 365 * DAY_MS],
	["month", 30 * DAY_MS],
	["day", DAY_MS],
	["hour", 3_600_000],
	["minute", 60_000],
	["second", 1000],
];

/** "3 minutes ago", "in 2 days"; "just now" inside ten seconds. */
export function format_relative(instant: string, now: number, locale = "en"): string {
	const delta = new Date(instant).getTime() - now;
	if (Number.isNaN(delta)) return instant;
	if (Math.abs(delta) < 10_000) return "just now";
	const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
	const [unit, size] = STEPS.find(([, step]) => Math.abs(delta) >= step) ?? ["second", 1000];
	return format.format(Math.round(delta / size), unit);
}

/** "4 s", "2 min 5 s", "1 h 12 min": two units at most. */
export function format_duration(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}
