import { cx } from "@/lib/cx";
import styles from "./ProgressBar.module.css";

interface ProgressBarProps {
	label: string;
	done: number;
	/** 0 when it is not known yet. */
	total: number;
	tone?: "accent" | "ok" | "bad";
	size?: "thin" | "normal";
}

const PERCENT = 100;

export function ProgressBar({
	label,
	done,
	total,
	tone = "accent",
	size = "normal",
}: ProgressBarProps) {
	const known = total > 0;
	const share = known ? Math.min(1, done / total) : 0;
	return (
		<div
			role="progressbar"
			aria-label={label}
			aria-valuemin={0}
			aria-valuemax={PERCENT}
			aria-valuenow={known ? Math.floor(share * PERCENT) : undefined}
			className={cx(styles.track, styles[size])}
		>
			<div
				className={cx(styles.bar, styles[`bar_${tone}`], !known && styles.unknown)}
				style={known ? { transform: `scaleX(${share})` } : undefined}
			/>
		</div>
	);
}
