import { useState } from "react";
import type { Record as Row } from "@/api";
import { MoneyText } from "@/components/ui";
import { format_count } from "@/lib/numbers";
import { sum_of } from "./model";
import styles from "./RecordCard.module.css";

interface RecordCardProps {
	title: string;
	records: readonly Row[];
}

const FIRST = 4;

/** One side of a match, or one record: date, reference, text, amount, and every column on demand. */
export function RecordCard({ title, records }: RecordCardProps) {
	const [all, set_all] = useState(false);
	const shown = all ? records : records.slice(0, FIRST);
	const sum = records.length > 1 ? sum_of(records) : null;
	return (
		<div className={styles.card}>
			<div className={styles.head}>
				<span>{title}</span>
				{sum && <MoneyText money={sum} with_currency strong />}
			</div>
			{shown.map((record) => (
				<OneRecord key={`${record.dataset}-${record.row}`} record={record} />
			))}
			{records.length > shown.length && (
				<button type="button" className={styles.more} onClick={() => set_all(true)}>
					{format_count(records.length - shown.length)} more
				</button>
			)}
		</div>
	);
}

function OneRecord({ record }: { record: Row }) {
	const fields = Object.entries(record.fields);
	return (
		<div className={styles.record}>
			<div className={styles.line}>
				<span className={styles.date}>{record.date}</span>
				<span className={styles.reference}>{record.reference}</span>
				{record.amount && <MoneyText money={record.amount} with_currency strong />}
			</div>
			<p className={styles.text}>{record.text}</p>
			<details className={styles.details}>
				<summary>Row {format_count(record.row + 1)}, all columns</summary>
				<dl className={styles.fields}>
					{fields.map(([name, value]) => (
						<div key={name}>
							<dt>{name}</dt>
							<dd>{value}</dd>
						</div>
					))}
				</dl>
			</details>
		</div>
	);
}
