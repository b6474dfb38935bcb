import { type WordTable, word_of } from "@/lib/words";
import { Badge } from "./Badge";

/** A state of the platform as its word; what it means is its title. */
export function StateBadge({ table, state }: { table: WordTable; state: string }) {
	const { label, tone, text } = word_of(table, state);
	return (
		<Badge tone={tone} title={text}>
			{label}
		</Badge>
	);
}
