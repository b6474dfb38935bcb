/*
 * Money as the API sends it: an integer of minor units as a string, and a currency. Nothing here ever
 * becomes a floating point number; sums and differences are BigInt.
 */
import { CURRENCIES } from "./currencies";

export interface Money {
	minor: string;
	currency: string;
}

const EXPONENTS = new Map(CURRENCIES.map(([code, exponent]) => [code, exponent]));
const DEFAULT_EXPONENT = 2;
const MINUS = "\u2212";
const MINOR = /^-?\d{1,39}$/;

export function exponent_of(currency: string): number {
	return EXPONENTS.get(currency.toUpperCase()) ?? DEFAULT_EXPONENT;
}

/** Minor units as an exact decimal string: ("-123456", 2) -> "-1234.56". */
export function to_decimal(minor: string, exponent: number): string {
	if (!MINOR.test(minor)) return minor;
	const negative = minor.startsWith("-");
	const digits = (negative ? minor.slice(1) : minor).padStart(exponent + 1, "0");
	const whole = digits.slice(0, digits.length - exponent);
	const fraction = exponent > 0 ? `.${digits.slice(digits.length - exponent)}` : "";
	return `${negative ? "-" : ""}${whole}${fraction}`;
}

const formats = new Map<string, Intl.NumberFormat>();

function format_of(exponent: number, locale: string | undefined): Intl.NumberFormat {
	const key = `${locale ?? ""}/${exponent}`;
	let format = formats.get(key);
	if (!format) {
		format = new Intl.NumberFormat(locale, {
			minimumFractionDigits: exponent,
			maximumFractionDigits: exponent,
		});
		formats.set(key, format);
	}
	return format;
}

/** For the eye: grouped, with a true minus, every digit kept, without the currency. */
export function format_money(money: Money, locale?: string): string {
	const exponent = exponent_of(money.currency);
	const decimal = to_decimal(money.minor, exponent);
	if (decimal === money.minor && !MINOR.test(money.minor)) return money.minor;
	// A decimal string keeps every digit; a number would not.
	const text = format_of(exponent, locale).format(decimal as unknown as bigint);
	return text.replace("-", MINUS);
}

export function minor_of(minor: string): bigint {
	return MINOR.test(minor) ? BigInt(minor) : 0n;
}

export function is_negative(minor: string): boolean {
	return minor.startsWith("-") && minor_of(minor) !== 0n;
}

/** right - left, or null when the currencies differ. */
export function money_difference(left: Money, right: Money): Money | null {
	if (left.currency !== right.currency) return null;
	const minor = minor_of(right.minor) - minor_of(left.minor);
	return { minor: minor.toString(), currency: left.currency };
}

/** The delta in words: "1.00 more", "0.32 less", "equal". */
export function difference_in_words(difference: Money, locale?: string): string {
	const minor = minor_of(difference.minor);
	if (minor === 0n) return "equal";
	const size = { minor: (minor < 0n ? -minor : minor).toString(), currency: difference.currency };
	return `${format_money(size, locale)} ${minor < 0n ? "less" : "more"}`;
}
