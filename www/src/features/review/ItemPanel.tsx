/* An open item: what it is, why it is open, and what came closest. */
import type { OpenItemRow } from "@/api";
import { MoneyText, StateBadge } from "@/components/ui";
import { format_confidence } from "@/lib/numbers";
import { BREAK_TYPES, word_of } from "@/lib/words";
import styles from "./EvidencePanel.module.css";
import { amount_delta, date_delta } from "./model";
import { RecordCard } from "./RecordCard";

interface ItemPanelProps {
	row: OpenItemRow;
	own: string;
	other: string;
}

export function ItemPanel({ row, own, other }: ItemPanelProps) {
	const { record, break_type, remaining, first_seen, nearest } = row;
	const amount = nearest && amount_delta([record], [nearest.record]);
	const date = nearest && date_delta([record], [nearest.record]);
	return (
		<div className={styles.panel}>
			<header className={styles.head}>
				<div className={styles.title}>
					<h2>Open item</h2>
					<StateBadge table={BREAK_TYPES} state={break_type} />
				</div>
				{remaining && (
					<div className={styles.confidence}>
						<span className={styles.figure}>
							<MoneyText money={remaining} with_currency />
						</span>
						<span className={styles.note}>open{first_seen && `, here since ${first_seen}`}</span>
					</div>
				)}
			</header>
			<div className={styles.scroll}>
				<section className={styles.section}>
					<RecordCard title={own} records={[record]} />
				</section>
				<section className={styles.section}>
					<h3>Why it is open</h3>
					<p>{word_of(BREAK_TYPES, break_type).text ?? word_of(BREAK_TYPES, break_type).label}</p>
				</section>
				<section className={styles.section}>
					<h3>
						Nearest on the other side{" "}
						{nearest && nearest.confidence !== null && (
							<span className={styles.note}>
								confidence {format_confidence(nearest.confidence)}
							</span>
						)}
					</h3>
					{nearest ? (
						<>
							<RecordCard title={other} records={[nearest.record]} />
							<div className={styles.deltas}>
								{amount && (
									<span>{amount.equal ? "Equal amounts" : <mark>{amount.text}</mark>}</span>
								)}
								{date && <span>{date.equal ? "Same day" : <mark>{date.text}</mark>}</span>}
							</div>
						</>
					) : (
						<p className={styles.note}>Nothing comes close.</p>
					)}
				</section>
			</div>
		</div>
	);
}
