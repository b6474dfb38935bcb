/* What a bank says in the file: its accounts, balances, and whether they add up. */
import type { Statement } from "@/api";
import { Badge, Card, Table, Td, Th, type Tone, Tr } from "@/components/ui";
import { format_count } from "@/lib/numbers";
import styles from "./DatasetPage.module.css";

const PROOF: Readonly<Record<Statement["proof"], { label: string; tone: Tone }>> = {
	proven: { label: "Proven", tone: "ok" },
	unproven: { label: "Unproven", tone: "warn" },
	differs: { label: "Differs", tone: "bad" },
};

/** What cannot be said for sure, in words: a missing balance, a difference, a total that disagrees. */
export function doubts_of(statement: Statement): string[] {
	const doubts = [];
	if (statement.proof === "differs") {
		doubts.push(`Off by ${statement.difference ?? "?"} ${statement.currency ?? ""}`.trim());
	}
	if (statement.proof === "unproven") doubts.push("The file lacks a balance or a sum");
	for (const { what, agrees, said, found } of statement.checks) {
		if (!agrees) {
			doubts.push(`${what.replaceAll("_", " ")}: the file says ${said}, found ${found}`);
		}
	}
	return doubts;
}

function period_of({ from, to }: Statement): string {
	if (from && to && from !== to) return `${from} to ${to}`;
	return to ?? from ?? "–";
}

export function Statements({ statements }: { statements: readonly Statement[] }) {
	return (
		<Card
			title="Statements"
			description="Proven when opening balance, entries and closing balance add up"
			flush
		>
			<Table
				label="Statements"
				head={
					<>
						<Th>Account</Th>
						<Th>Statement</Th>
						<Th>Days</Th>
						<Th end>Opening</Th>
						<Th end>Entries</Th>
						<Th end>Sum</Th>
						<Th end>Closing</Th>
						<Th>Balances</Th>
					</>
				}
			>
				{statements.map((statement) => (
					<Tr key={statement.line}>
						<Td>{statement.account ?? "–"}</Td>
						<Td>{statement.number ?? "–"}</Td>
						<Td>{period_of(statement)}</Td>
						<Td end>{statement.opening?.amount ?? "–"}</Td>
						<Td end>{format_count(statement.entries)}</Td>
						<Td end>{statement.sum}</Td>
						<Td end>
							{statement.closing?.amount ?? "–"} {statement.currency}
						</Td>
						<Td>
							<Badge tone={PROOF[statement.proof].tone}>{PROOF[statement.proof].label}</Badge>
							{doubts_of(statement).map((doubt) => (
								<div key={doubt} className={styles.doubt}>
									{doubt}
								</div>
							))}
						</Td>
					</Tr>
				))}
			</Table>
		</Card>
	);
}
