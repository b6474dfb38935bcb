/* One question with all its answers: which records an ambiguous match is of. */
import { useState } from "react";
import type { DecisionNew, MatchRow, Record as Row } from "@/api";
import { Button, MoneyText } from "@/components/ui";
import { format_confidence, format_count } from "@/lib/numbers";
import styles from "./Alternatives.module.css";

type Chosen = NonNullable<DecisionNew["records"]>;

interface AlternativesProps {
	row: MatchRow;
	left: string;
	right: string;
	may_decide: boolean;
	on_choose: (records: Chosen) => void;
}

interface Answer {
	record: Row;
	confidence: number | null;
}

const key_of = ({ dataset, row }: { dataset: string; row: number }) => `${dataset}/${row}`;

/** What a side may hold: its members, then what might be in their place. */
function answers_on(row: MatchRow, side: "left" | "right"): Answer[] {
	const members = row[side].map((record) => ({ record, confidence: null }));
	return [...members, ...row.alternatives.filter(({ record }) => record.side === side)];
}

export function Alternatives(props: AlternativesProps) {
	const { row, left, right, may_decide, on_choose } = props;
	const [chosen, set_chosen] = useState<ReadonlySet<string>>(
		() => new Set([...row.left, ...row.right].map(key_of)),
	);
	const sides = [
		{ side: "left", name: left },
		{ side: "right", name: right },
	] as const;
	const whole = sides.every(
		({ side }) =>
			answers_on(row, side).filter(({ record }) => chosen.has(key_of(record))).length ===
			row[side].length,
	);
	const choose = () =>
		on_choose(
			sides
				.flatMap(({ side }) => answers_on(row, side))
				.filter(({ record }) => chosen.has(key_of(record)))
				.map(({ record: { dataset, row: no } }) => ({ dataset, row: no })),
		);
	return (
		<div className={styles.alternatives}>
			{sides.map(({ side, name }) => (
				<Side
					key={side}
					name={name}
					wanted={row[side].length}
					answers={answers_on(row, side)}
					chosen={chosen}
					on_change={set_chosen}
					disabled={!may_decide}
				/>
			))}
			{may_decide && (
				<Button variant="primary" disabled={!whole} onClick={choose}>
					Confirm with these records
				</Button>
			)}
		</div>
	);
}

interface SideProps {
	name: string;
	wanted: number;
	answers: Answer[];
	chosen: ReadonlySet<string>;
	on_change: (chosen: ReadonlySet<string>) => void;
	disabled: boolean;
}

function Side({ name, wanted, answers, chosen, on_change, disabled }: SideProps) {
	if (answers.length <= wanted) return null;
	const here = answers.map(({ record }) => key_of(record));
	const count = here.filter((key) => chosen.has(key)).length;
	const toggle = (key: string, on: boolean) => {
		const next = new Set(chosen);
		// Of one, another takes its place; of several, one has to be let go first.
		if (on && wanted === 1) for (const other of here) next.delete(other);
		if (on) next.add(key);
		else next.delete(key);
		on_change(next);
	};
	return (
		<fieldset className={styles.side} disabled={disabled}>
			<legend>
				{name}: {format_count(wanted)} of {format_count(answers.length)}
			</legend>
			{answers.map(({ record, confidence }) => {
				const key = key_of(record);
				const on = chosen.has(key);
				return (
					<label key={key} className={styles.answer}>
						<input
							type={wanted === 1 ? "radio" : "checkbox"}
							checked={on}
							disabled={wanted > 1 && !on && count >= wanted}
							onChange={(event) => toggle(key, event.target.checked)}
						/>
						<span className={styles.text}>
							{[record.date, record.reference, record.text].filter(Boolean).join(" · ") ||
								`Row ${format_count(record.row + 1)}`}
						</span>
						{record.amount && <MoneyText money={record.amount} />}
						{confidence !== null && (
							<span className={styles.confidence}>{format_confidence(confidence)}</span>
						)}
					</label>
				);
			})}
		</fieldset>
	);
}
