import { Loader } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "@/lib/cx";
import styles from "./Button.module.css";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
	variant?: ButtonVariant;
	size?: "small" | "normal";
	icon?: ReactNode;
	/** Shows that the action is under way; the button does nothing meanwhile. */
	busy?: boolean;
}

/** The look of a button, for links that act like one. */
export function button_class(variant: ButtonVariant = "secondary", size = "normal"): string {
	return cx(styles.button, styles[variant], size === "small" && styles.small);
}

export function Button(props: ButtonProps) {
	const { variant, size, icon, busy = false, children, className, onClick, ...rest } = props;
	return (
		<button
			type="button"
			{...rest}
			className={cx(button_class(variant, size), className)}
			aria-busy={busy || undefined}
			aria-disabled={busy || undefined}
			onClick={busy ? (event) => event.preventDefault() : onClick}
		>
			{busy ? <Loader size={15} aria-hidden className={styles.spin} /> : icon}
			{children}
		</button>
	);
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
	/** What it does; read aloud and shown as the title. */
	label: string;
}

export function IconButton({ label, className, ...rest }: IconButtonProps) {
	return (
		<button
			type="button"
			aria-label={label}
			title={label}
			className={cx(styles.icon, className)}
			{...rest}
		/>
	);
}
