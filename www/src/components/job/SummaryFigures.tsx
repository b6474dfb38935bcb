import type { Job } from "@/api";
import { Figure, Figures } from "@/components/ui";
import { format_count, format_percent } from "@/lib/numbers";
import { matched_share } from "./progress";

/** The figures of a finished job. */
export function SummaryFigures({ job }: { job: Job }) {
	const share = matched_share(job);
	if (!job.summary || !share) return null;
	const { confirmed, suggested, ambiguous, open_left, open_right, left_rows, right_rows } =
		job.summary;
	const to_check = suggested + ambiguous;
	const open = open_left + open_right;
	return (
		<Figures>
			<Figure
				label="Records matched"
				value={format_percent(share.matched, share.rows)}
				note={`${format_count(left_rows)} left, ${format_count(right_rows)} right`}
			/>
			<Figure label="Confirmed matches" value={format_count(confirmed)} />
			<Figure
				label="To check"
				value={format_count(to_check)}
				tone={to_check > 0 ? "warn" : undefined}
				note={ambiguous > 0 ? `${format_count(ambiguous)} ambiguous` : "suggested"}
			/>
			<Figure
				label="Open items"
				value={format_count(open)}
				note={`${format_count(open_left)} left, ${format_count(open_right)} right`}
			/>
		</Figures>
	);
}
