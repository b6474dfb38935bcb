/* Receipts of what was read: each names the bytes, the mapping, the outcome, and the receipt before it. */
import { api } from "@/api";
import { Card, CopyButton, RelativeTime, Table, Td, Th, Tr } from "@/components/ui";
import styles from "./DatasetPage.module.css";

export function Receipts({ project, dataset }: { project: string; dataset: string }) {
	const { data } = api.useReadingListQuery({ project, dataset });
	if (!data || data.items.length === 0) return null;
	return (
		<Card title="Receipts" description="SHA-256 of each, as canonical JSON" flush>
			<Table
				label="Receipts"
				head={
					<>
						<Th end>Reading</Th>
						<Th>Read</Th>
						<Th>SHA-256</Th>
						<Th end>
							<span />
						</Th>
					</>
				}
			>
				{data.items.map(({ no, created_at, sha256, receipt }) => (
					<Tr key={no}>
						<Td end className={styles.no}>
							{no}
						</Td>
						<Td>
							<RelativeTime at={created_at} />
						</Td>
						<Td>
							<code>{sha256}</code>
						</Td>
						<Td end>
							<CopyButton text={JSON.stringify(receipt)} label={`Copy receipt ${no}`} />
						</Td>
					</Tr>
				))}
			</Table>
		</Card>
	);
}
