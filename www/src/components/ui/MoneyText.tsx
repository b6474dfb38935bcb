import { cx } from "@/lib/cx";
import { format_money, is_negative, type Money } from "@/lib/money";
import styles from "./MoneyText.module.css";

interface MoneyTextProps {
	money: Money;
	with_currency?: boolean;
	strong?: boolean;
}

export function MoneyText({ money, with_currency = false, strong = false }: MoneyTextProps) {
	return (
		<span
			className={cx(
				styles.money,
				is_negative(money.minor) && styles.negative,
				strong && styles.strong,
			)}
		>
			{format_money(money)}
			{with_currency && <span className={styles.currency}>{money.currency}</span>}
		</span>
	);
}
