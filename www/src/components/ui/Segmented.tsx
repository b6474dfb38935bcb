import { cx } from "@/lib/cx";
import { format_count } from "@/lib/numbers";
import styles from "./Segmented.module.css";

interface SegmentedProps<Value extends string> {
	label: string;
	value: Value;
	options: ReadonlyArray<{ value: Value; label: string; count?: number | undefined }>;
	on_change: (value: Value) => void;
}

/** One of a few, all visible: a radio group that looks like a switch. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
	const { label, value, options, on_change } = props;
	return (
		<fieldset className={styles.group}>
			<legend className={styles.legend}>{label}</legend>
			{options.map((option) => (
				<label key={option.value} className={cx(styles.item, option.value === value && styles.on)}>
					<input
						type="radio"
						name={label}
						className={styles.input}
						checked={option.value === value}
						onChange={() => on_change(option.value)}
					/>
					{option.label}
					{option.count !== undefined && (
						<span className={styles.count}>{format_count(option.count)}</span>
					)}
				</label>
			))}
		</fieldset>
	);
}
