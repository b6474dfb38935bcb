/*
 * What the mapping makes of the file, before it is confirmed: counts and sums of all rows, the first rows with
 * their cells as they are in the file, and the first that would be rejected. A change is looked at once nothing
 * has been changed for a moment; the last answer stays until the next is there.
 */
import { useEffect, useState } from "react";
import { api, type Mapping, type Preview, type PreviewResult } from "@/api";
import {
	Card,
	Figure,
	Figures,
	MoneyText,
	Notice,
	ProblemNotice,
	Skeleton,
	Table,
	Td,
	Th,
	Tr,
} from "@/components/ui";
import { format_count } from "@/lib/numbers";
import styles from "./MappingForm.module.css";

const PAUSE_MS = 400;
const POLL_MS = 250;

/** The newest text, once it has not changed for a moment; the first one at once. */
function usePaused(text: string): string {
	const [paused, set_paused] = useState(text);
	useEffect(() => {
		const timer = setTimeout(() => set_paused(text), PAUSE_MS);
		return () => clearTimeout(timer);
	}, [text]);
	return paused;
}

/** The last preview that ended, and whether a newer one is under way. */
function usePreview(project: string, dataset: string, mapping: Mapping) {
	const wanted = usePaused(JSON.stringify(mapping));
	const [shown, set_shown] = useState<Preview | null>(null);
	const [create, made] = api.usePreviewCreateMutation();
	useEffect(() => {
		create({ project, dataset, mappingNew: { mapping: JSON.parse(wanted) as Mapping } });
	}, [create, project, dataset, wanted]);
	const id = made.data?.id ?? "";
	const ended = shown?.id === id;
	const { data, error } = api.usePreviewGetQuery(
		{ project, dataset, preview: id },
		{ skip: id === "" || ended, pollingInterval: POLL_MS },
	);
	useEffect(() => {
		if (data && data.state !== "waiting") set_shown(data);
	}, [data]);
	const problem = made.error ?? (ended ? undefined : error);
	return { shown, problem, busy: !problem && (made.isLoading || !ended) };
}

interface MappingPreviewProps {
	project: string;
	dataset: string;
	mapping: Mapping;
	/** A question is open: the first choice stands in for its answer. */
	tentative: boolean;
}

export function MappingPreview({ project, dataset, mapping, tentative }: MappingPreviewProps) {
	const { shown, problem, busy } = usePreview(project, dataset, mapping);
	return (
		<section aria-label="Preview" aria-busy={busy} className={styles.form}>
			{problem && <ProblemNotice problem={problem} />}
			{!problem && !shown && <Skeleton />}
			{shown?.error && (
				<Notice tone="bad" title="The file cannot be read like this">
					{shown.error.detail}
				</Notice>
			)}
			{shown?.result && <Outcome preview={shown} result={shown.result} tentative={tentative} />}
		</section>
	);
}

interface OutcomeProps {
	preview: Preview;
	result: PreviewResult;
	tentative: boolean;
}

function Outcome({ preview, result, tentative }: OutcomeProps) {
	const { rows_read, rows_accepted, rows_rejected, rows_skipped } = preview;
	return (
		<>
			<Figures>
				<Figure label="Rows read" value={format_count(rows_read)} />
				<Figure label="Accepted" value={format_count(rows_accepted)} />
				<Figure
					label="Rejected"
					value={format_count(rows_rejected)}
					tone={rows_rejected > 0 ? "warn" : undefined}
				/>
				<Figure label="Skipped" value={format_count(rows_skipped)} />
				{result.sums.map(({ field, money }) => (
					<Figure
						key={`${field}-${money.currency}`}
						label={`Sum of ${field.replaceAll("_", " ")}`}
						value={<MoneyText money={money} with_currency />}
					/>
				))}
			</Figures>
			<Card
				title="Rows as they will be read"
				description={
					tentative
						? "The cells of the file stand below each value. Where a question is open, its first choice is shown."
						: "The cells of the file stand below each value."
				}
				flush
			>
				<Rows result={result} />
			</Card>
			{rows_rejected > 0 && (
				<Card title="Rows that will be rejected" flush>
					<RejectedRows result={result} total={rows_rejected} />
				</Card>
			)}
		</>
	);
}

function Rows({ result }: { result: PreviewResult }) {
	if (result.rows.length === 0) return <p className={styles.more}>No row could be read.</p>;
	return (
		<Table
			label="Rows as they will be read"
			head={
				<>
					<Th end>Line</Th>
					{result.fields.map(({ field, type }) => (
						<Th key={field} end={type === "amount"}>
							{field.replaceAll("_", " ")}
						</Th>
					))}
				</>
			}
		>
			{result.rows.map(({ line, cells }) => (
				<Tr key={line}>
					<Td end>{format_count(line)}</Td>
					{cells.map(({ value, money, raw }, at) => (
						<Td key={result.fields[at]?.field} end={result.fields[at]?.type === "amount"}>
							{money ? <MoneyText money={money} with_currency /> : value}
							<span className={styles.raw}>{raw.filter((text) => text !== "").join(" · ")}</span>
						</Td>
					))}
				</Tr>
			))}
		</Table>
	);
}

function RejectedRows({ result, total }: { result: PreviewResult; total: number }) {
	return (
		<>
			<Table
				label="Rows that will be rejected"
				head={
					<>
						<Th end>Line</Th>
						<Th>Column</Th>
						<Th>Value</Th>
						<Th>Why</Th>
					</>
				}
			>
				{result.rejects.map(({ row, line, column, value, detail }) => (
					<Tr key={row}>
						<Td end>{format_count(line)}</Td>
						<Td>{column}</Td>
						<Td>
							<code>{value}</code>
						</Td>
						<Td>{detail}</Td>
					</Tr>
				))}
			</Table>
			{result.rejects.length < total && (
				<p className={styles.more}>The first {format_count(result.rejects.length)} are shown.</p>
			)}
		</>
	);
}
