import type { Reconciliation } from "@/api";

export interface Totals {
	rows: number;
	matched: number;
	to_check: number;
	open: number;
	balanced: boolean;
}

/** Over the last finished job of each reconciliation. */
export function total_of(reconciliations: readonly Reconciliation[]): Totals {
	const total: Totals = { rows: 0, matched: 0, to_check: 0, open: 0, balanced: true };
	for (const { last_job } of reconciliations) {
		const summary = last_job?.summary;
		if (!summary) continue;
		const rows = summary.left_rows + summary.right_rows;
		const open = summary.open_left + summary.open_right;
		total.rows += rows;
		total.open += open;
		total.matched += rows - open;
		total.to_check += summary.suggested + summary.ambiguous;
		total.balanced &&= summary.money.every(({ balanced }) => balanced);
	}
	return total;
}
