import { CircleCheck, CircleX } from "lucide-react";
import type { JobSummary } from "@/api";
import { Badge, Card, MoneyText, Table, Td, Th, Tr } from "@/components/ui";

const SIDES: Readonly<Record<string, string>> = { left: "Left", right: "Right" };

interface MoneyCheckProps {
	money: JobSummary["money"];
	left: string;
	right: string;
}

/** Conservation: on each side, what was accepted is matched or open, to the last minor unit. */
export function MoneyCheck({ money, left, right }: MoneyCheckProps) {
	if (money.length === 0) return null;
	const names: Readonly<Record<string, string>> = { left, right };
	return (
		<Card title="Money check" description="Accepted = matched + open, per side and currency" flush>
			<Table
				label="Money check"
				head={
					<>
						<Th>Side</Th>
						<Th>Currency</Th>
						<Th end>Accepted</Th>
						<Th end>Matched</Th>
						<Th end>Open</Th>
						<Th>Balance</Th>
					</>
				}
			>
				{money.map(({ side, currency, accepted, matched, open, balanced }) => (
					<Tr key={`${side}-${currency}`}>
						<Td>{names[side] || SIDES[side]}</Td>
						<Td>{currency}</Td>
						<Td end>
							<MoneyText money={{ minor: accepted, currency }} />
						</Td>
						<Td end>
							<MoneyText money={{ minor: matched, currency }} />
						</Td>
						<Td end>
							<MoneyText money={{ minor: open, currency }} strong />
						</Td>
						<Td>
							{balanced ? (
								<Badge tone="ok" icon={<CircleCheck size={12} aria-hidden />}>
									Balanced
								</Badge>
							) : (
								<Badge tone="bad" icon={<CircleX size={12} aria-hidden />}>
									Does not add up
								</Badge>
							)}
						</Td>
					</Tr>
				))}
			</Table>
		</Card>
	);
}
