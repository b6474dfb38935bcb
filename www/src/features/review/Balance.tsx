import type { Job, JobSummary } from "@/api";
import { MoneyText } from "@/components/ui";
import { cx } from "@/lib/cx";
import { minor_of } from "@/lib/money";
import styles from "./Balance.module.css";

interface Line {
	currency: string;
	left: string;
	right: string;
	difference: string;
}

/** What is open on each side and the difference between them, for the currency with most of it. */
export function open_balance(money: JobSummary["money"]): Line | null {
	const currencies = [...new Set(money.map(({ currency }) => currency))];
	const lines = currencies.map((currency) => {
		const open = (side: string) =>
			money.find((row) => row.side === side && row.currency === currency)?.open ?? "0";
		const [left, right] = [open("left"), open("right")];
		return { currency, left, right, difference: (minor_of(left) - minor_of(right)).toString() };
	});
	const size = (minor: string) => (minor.startsWith("-") ? -minor_of(minor) : minor_of(minor));
	return lines.sort((a, b) => (size(b.left) > size(a.left) ? 1 : -1))[0] ?? null;
}

interface BalanceProps {
	job: Job;
	left: string;
	right: string;
}

/** The goal is a difference of nothing; it stays in sight. */
export function Balance({ job, left, right }: BalanceProps) {
	const line = job.summary && open_balance(job.summary.money);
	if (!line) return null;
	const { currency, difference } = line;
	const zero = minor_of(difference) === 0n;
	return (
		<dl className={styles.balance}>
			<div>
				<dt>Open, {left}</dt>
				<dd>
					<MoneyText money={{ minor: line.left, currency }} />
				</dd>
			</div>
			<div>
				<dt>Open, {right}</dt>
				<dd>
					<MoneyText money={{ minor: line.right, currency }} />
				</dd>
			</div>
			<div className={cx(styles.difference, zero && styles.zero)}>
				<dt>Difference</dt>
				<dd>
					<MoneyText money={{ minor: difference, currency }} with_currency strong />
				</dd>
			</div>
		</dl>
	);
}
