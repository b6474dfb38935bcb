import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import styles from "./Badge.module.css";

export type Tone = "neutral" | "accent" | "ok" | "warn" | "bad";

interface BadgeProps {
	tone?: Tone;
	icon?: ReactNode;
	children: ReactNode;
	title?: string | undefined;
}

/** A state in a word; the colour repeats what the word says. */
export function Badge({ tone = "neutral", icon, children, title }: BadgeProps) {
	return (
		<span className={cx(styles.badge, styles[tone])} title={title}>
			{icon}
			{children}
		</span>
	);
}
