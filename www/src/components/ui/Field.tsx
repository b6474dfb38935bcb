import {
	type InputHTMLAttributes,
	type ReactNode,
	type Ref,
	type SelectHTMLAttributes,
	useId,
} from "react";
import { cx } from "@/lib/cx";
import styles from "./Field.module.css";

interface FieldText {
	label: string;
	hint?: ReactNode;
	/** In the server's words where it has some. */
	error?: string | undefined;
}

interface ShellProps extends FieldText {
	id: string;
	children: ReactNode;
}

function described_by(id: string, { hint, error }: FieldText): string | undefined {
	return cx(error && `${id}-error`, hint != null && `${id}-hint`) || undefined;
}

function FieldShell({ id, label, hint, error, children }: ShellProps) {
	return (
		<div className={styles.field}>
			<label htmlFor={id} className={styles.label}>
				{label}
			</label>
			{children}
			{error && (
				<p id={`${id}-error`} className={styles.error}>
					{error}
				</p>
			)}
			{hint != null && (
				<p id={`${id}-hint`} className={styles.hint}>
					{hint}
				</p>
			)}
		</div>
	);
}

type TextFieldProps = FieldText &
	InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function TextField({ label, hint, error, className, ...rest }: TextFieldProps) {
	const id = useId();
	return (
		<FieldShell id={id} label={label} hint={hint} error={error}>
			<input
				{...rest}
				id={id}
				className={cx(styles.control, className)}
				aria-invalid={error ? true : undefined}
				aria-describedby={described_by(id, { label, hint, error })}
			/>
		</FieldShell>
	);
}

export interface Option {
	value: string;
	label: string;
}

type SelectFieldProps = FieldText &
	SelectHTMLAttributes<HTMLSelectElement> & {
		options: readonly Option[];
		ref?: Ref<HTMLSelectElement>;
	};

export function SelectField({ label, hint, error, options, className, ...rest }: SelectFieldProps) {
	const id = useId();
	return (
		<FieldShell id={id} label={label} hint={hint} error={error}>
			<select
				{...rest}
				id={id}
				className={cx(styles.control, styles.select, className)}
				aria-invalid={error ? true : undefined}
				aria-describedby={described_by(id, { label, hint, error })}
			>
				{options.map((option) => (
					<option key={option.value} value={option.value}>
						{option.label}
					</option>
				))}
			</select>
		</FieldShell>
	);
}

type SelectProps = SelectHTMLAttributes<HTMLSelectElement> & {
	label: string;
	options: readonly Option[];
};

/** A select in a toolbar or a table, named but without a visible label. */
export function Select({ label, options, className, ...rest }: SelectProps) {
	return (
		<select aria-label={label} {...rest} className={cx(styles.control, styles.select, className)}>
			{options.map((option) => (
				<option key={option.value} value={option.value}>
					{option.label}
				</option>
			))}
		</select>
	);
}
