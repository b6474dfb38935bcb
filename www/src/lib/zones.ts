/* Time zones and currencies to choose from. */
import { CURRENCIES } from "./currencies";

interface Choice {
	value: string;
	label: string;
}

const FALLBACK = ["UTC", "Europe/London", "Europe/Berlin", "America/New_York", "Asia/Tokyo"];

export function own_zone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function zone_choices(): Choice[] {
	const known =
		typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : FALLBACK;
	const names = new Set(["UTC", own_zone(), ...known]);
	return [...names].map((name) => ({ value: name, label: name.replaceAll("_", " ") }));
}

export function currency_choices(): Choice[] {
	return CURRENCIES.map(([code, , name]) => ({ value: code, label: `${code} · ${name}` }));
}
