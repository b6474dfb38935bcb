import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import styles from "./Card.module.css";

interface CardProps {
	title?: string;
	description?: ReactNode;
	actions?: ReactNode;
	children: ReactNode;
	/** Content goes to the edge: tables and lists. */
	flush?: boolean;
	className?: string | undefined;
}

export function Card({
	title,
	description,
	actions,
	children,
	flush = false,
	className,
}: CardProps) {
	return (
		<section className={cx(styles.card, className)} aria-label={title}>
			{(title || actions) && (
				<header className={styles.head}>
					<div>
						{title && <h2 className={styles.title}>{title}</h2>}
						{description && <p className={styles.description}>{description}</p>}
					</div>
					{actions && <div className={styles.actions}>{actions}</div>}
				</header>
			)}
			<div className={flush ? styles.flush : styles.body}>{children}</div>
		</section>
	);
}

interface FigureProps {
	label: string;
	value: ReactNode;
	note?: ReactNode;
	tone?: "ok" | "warn" | "bad" | undefined;
}

/** One number with its name. */
export function Figure({ label, value, note, tone }: FigureProps) {
	return (
		<div className={styles.figure}>
			<dt className={styles.figure_label}>{label}</dt>
			<dd className={cx(styles.figure_value, tone && styles[`figure_${tone}`])}>{value}</dd>
			{note && <dd className={styles.figure_note}>{note}</dd>}
		</div>
	);
}

export function Figures({ children }: { children: ReactNode }) {
	return <dl className={styles.figures}>{children}</dl>;
}
