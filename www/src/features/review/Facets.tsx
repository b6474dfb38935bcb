import type { Facet } from "@/api";
import { cx } from "@/lib/cx";
import { format_count } from "@/lib/numbers";
import { BREAK_TYPES, MATCH_STATES, type WordTable, word_of } from "@/lib/words";
import styles from "./Facets.module.css";
import { LIST_FIELDS, type ReviewSearch, toggle_value } from "./search";

const TITLES: Readonly<Record<string, string>> = {
	state: "State",
	kind: "Kind",
	pass: "Rule",
	break_type: "Why open",
};
const WORDS: Readonly<Record<string, WordTable>> = {
	state: MATCH_STATES,
	break_type: BREAK_TYPES,
};
const NO_WORDS: WordTable = {};

interface FacetsProps {
	facets: readonly Facet[];
	search: ReviewSearch;
	busy: boolean;
	on_change: (search: ReviewSearch) => void;
}

/** What the rows have in common, counted; a press narrows the list to it. */
export function Facets({ facets, search, busy, on_change }: FacetsProps) {
	const shown = LIST_FIELDS.flatMap((field) => {
		const facet = facets.find((item) => item.field === field);
		return facet && facet.values.length > 0 ? [{ field, facet }] : [];
	});
	return (
		<div className={styles.facets} aria-busy={busy || undefined}>
			{shown.map(({ field, facet }) => (
				<section key={field} aria-label={TITLES[field]}>
					<h3 className={styles.title}>{TITLES[field]}</h3>
					<ul>
						{facet.values.map(({ value, count }) => {
							const on = search[field]?.includes(value) ?? false;
							return (
								<li key={value}>
									<button
										type="button"
										aria-pressed={on}
										className={cx(styles.value, on && styles.on)}
										onClick={() => on_change(toggle_value(search, field, value))}
									>
										<span className={styles.label}>
											{word_of(WORDS[field] ?? NO_WORDS, value).label}
										</span>{" "}
										<span className={styles.count}>{format_count(count)}</span>
									</button>
								</li>
							);
						})}
					</ul>
				</section>
			))}
		</div>
	);
}
