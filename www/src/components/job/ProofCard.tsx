/*
 * What a job's result rests on, as its receipt says it: the identities, each counted from both of its
 * ends, how much was searched, and how confidence was come by.
 */
import { CircleCheck, CircleX, Download } from "lucide-react";
import { useState } from "react";
import type { Identities, Job, JobSummary } from "@/api";
import { download } from "@/api/download";
import { Badge, Button, Card, MoneyText, Table, Td, Th, Tr, useToast } from "@/components/ui";
import { format_count, format_percent, plural } from "@/lib/numbers";
import styles from "./ProofCard.module.css";

const SIDES: Readonly<Record<string, string>> = { left: "Left", right: "Right" };
const RECALL_WANTED = 0.99;

/** An exact decimal of the receipt; without a currency it is shown as it is written. */
function Exact({ value, currency }: { value: string; currency: string | null }) {
	if (currency === null) return <>{value}</>;
	return <MoneyText money={{ minor: value.replace(".", ""), currency }} />;
}

function Holds({ holds }: { holds: boolean }) {
	return holds ? (
		<Badge tone="ok" icon={<CircleCheck size={12} aria-hidden />}>
			Holds
		</Badge>
	) : (
		<Badge tone="bad" icon={<CircleX size={12} aria-hidden />}>
			Does not hold
		</Badge>
	);
}

interface Line {
	key: string;
	what: string;
	of: string;
	/** Both ends of the identity, term by term. */
	terms: [ends: [string, string], currency: string | null, parts: [string, string][][]];
	holds: boolean;
}

const counted = (count: number) => format_count(count);

function lines_of({ rows, money, matched, proof }: Identities, names: Record<string, string>) {
	const side = (word: string) => names[word] || SIDES[word] || word;
	const lines: Line[] = [];
	for (const r of rows) {
		lines.push({
			key: `rows-${r.side}`,
			what: "Rows",
			of: side(r.side),
			terms: [
				["", ""],
				null,
				[
					[
						["brought forward", counted(r.brought_forward)],
						["accepted", counted(r.accepted)],
					],
					[
						["matched", counted(r.matched)],
						["written off", counted(r.written_off)],
						["excluded", counted(r.excluded)],
						["open", counted(r.open)],
					],
				],
			],
			holds: r.holds,
		});
	}
	for (const m of money) {
		lines.push({
			key: `money-${m.side}-${m.currency}`,
			what: "Money",
			of: `${side(m.side)}${m.currency ? `, ${m.currency}` : ""}`,
			terms: [
				["", ""],
				m.currency,
				[
					[
						["opening items", m.opening_items],
						["accepted", m.accepted],
					],
					[
						["allocated", m.allocated],
						["written off", m.written_off],
						["excluded", m.excluded],
						["closing items", m.closing_items],
					],
				],
			],
			holds: m.holds,
		});
	}
	for (const m of matched) {
		const differences = Object.entries(m.differences);
		lines.push({
			key: `matched-${m.currency}`,
			what: "Matched",
			of: m.currency ?? "",
			terms: [
				["−", "+"],
				m.currency,
				[
					[
						["left", m.left],
						["right", m.right],
					],
					differences.length > 0 ? differences : [["differences", "0"]],
				],
			],
			holds: m.holds,
		});
	}
	for (const p of proof) {
		lines.push({
			key: `proof-${p.currency}`,
			what: "Proof",
			of: p.currency ?? "",
			terms: [
				["−", "− +"],
				p.currency,
				[
					[
						["balance left", p.balance_left],
						["balance right", p.balance_right],
					],
					[
						["closing items left", p.closing_items_left],
						["closing items right", p.closing_items_right],
						["differences not booked", p.differences_not_booked],
					],
				],
			],
			holds: p.holds,
		});
	}
	return lines;
}

/** "12 brought forward + 30 accepted": signs beside the first are "+" unless given. */
function Terms({
	terms,
	signs,
	currency,
}: {
	terms: [string, string][];
	signs: string;
	currency: string | null;
}) {
	const given = signs.split(" ").filter(Boolean);
	return (
		<span className={styles.terms}>
			{terms.map(([name, value], at) => (
				<span key={name} className={styles.term}>
					{at > 0 && <span className={styles.sign}>{given[at - 1] ?? "+"}</span>}
					<Exact value={value} currency={/[a-z]/.test(value) ? null : currency} /> {name}
				</span>
			))}
		</span>
	);
}

interface ProofCardProps {
	project: string;
	job: Job;
	summary: JobSummary;
	left: string;
	right: string;
}

export function ProofCard({ project, job, summary, left, right }: ProofCardProps) {
	const { identities } = summary;
	return (
		<Card
			title="Proof"
			description="Each identity is counted from both of its ends; the receipt has them with every input"
			actions={job.receipt && <ReceiptButton project={project} job={job.id} />}
			flush
		>
			{identities && (
				<Table
					label="Proof"
					head={
						<>
							<Th>Identity</Th>
							<Th>Of</Th>
							<Th>What is there</Th>
							<Th>What became of it</Th>
							<Th>State</Th>
						</>
					}
				>
					{lines_of(identities, { left, right }).map(
						({ key, what, of, terms: [signs, currency, [from = [], to = []]], holds }) => (
							<Tr key={key}>
								<Td>{what}</Td>
								<Td>{of}</Td>
								<Td>
									<Terms terms={from} signs={signs[0]} currency={currency} />
								</Td>
								<Td>
									<Terms terms={to} signs={signs[1]} currency={currency} />
								</Td>
								<Td>
									<Holds holds={holds} />
								</Td>
							</Tr>
						),
					)}
				</Table>
			)}
			<Facts summary={summary} />
		</Card>
	);
}

/** A share as receipts write it, "0.998000", as a percentage. */
const percent_of = (share: string) => format_percent(Number(share) * 1e6, 1e6);

function Facts({ summary }: { summary: JobSummary }) {
	const { candidate_recall, search_complete, calibration, advice, carried } = summary;
	return (
		<dl className={styles.facts}>
			{candidate_recall != null && (
				<div>
					<dt>Candidate recall</dt>
					<dd>
						{percent_of(candidate_recall)} of true pairs were looked at, by estimate{" "}
						{Number(candidate_recall) < RECALL_WANTED && (
							<Badge tone="warn">Below 99%: some pairs may have been missed</Badge>
						)}
					</dd>
				</div>
			)}
			{search_complete === false && (
				<div>
					<dt>Search</dt>
					<dd>
						<Badge tone="warn">A budget left something unsearched</Badge>
					</dd>
				</div>
			)}
			{calibration && (
				<div>
					<dt>Confidence</dt>
					<dd>
						{calibration.kind === "uncalibrated"
							? "uncalibrated: as the model says it"
							: "calibrated by people's decisions"}
						{calibration.decisions > 0 &&
							` (${plural(calibration.decisions, "decision")}, ${plural(calibration.errors, "error")} so far)`}
					</dd>
				</div>
			)}
			{carried !== undefined && carried > 0 && (
				<div>
					<dt>Brought forward</dt>
					<dd>{plural(carried, "open item")} of earlier jobs</dd>
				</div>
			)}
			{advice && (
				<div>
					<dt>Advice</dt>
					<dd>
						{plural(advice.lines, "line")}, {format_count(advice.lines_settled)} settled,{" "}
						{format_count(advice.lines_unknown)} naming what is not open here;{" "}
						{plural(advice.records_differing, "record")} that its lines disagree with
					</dd>
				</div>
			)}
		</dl>
	);
}

function ReceiptButton({ project, job }: { project: string; job: string }) {
	const [busy, set_busy] = useState(false);
	const { fail } = useToast();
	const start = async () => {
		set_busy(true);
		await download(`/api/v1/projects/${project}/jobs/${job}/receipt`).catch(fail);
		set_busy(false);
	};
	return (
		<Button icon={<Download size={14} aria-hidden />} busy={busy} onClick={start}>
			Receipt
		</Button>
	);
}
