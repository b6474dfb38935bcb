import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import type { Dataset, Project, Reconciliation, Source } from "@/api";
import { button_class, Card } from "@/components/ui";
import { cx } from "@/lib/cx";
import styles from "./StartCard.module.css";

interface StartCardProps {
	project: Project;
	sources: readonly Source[];
	datasets: readonly Dataset[];
	reconciliations: readonly Reconciliation[];
}

/** The way to the first result in three steps, each ticked off by what really exists. */
export function StartCard({ project, sources, datasets, reconciliations }: StartCardProps) {
	const params = { project: project.id };
	const read = new Set(datasets.map(({ source }) => source));
	const steps = [
		{
			title: "Create two sources",
			text: "One for each side of the money: a ledger and a bank account, orders and settlements.",
			done: sources.length >= 2,
			link: (look: string) => (
				<Link to="/p/$project/sources" params={params} search={{ create: "yes" }} className={look}>
					New source
				</Link>
			),
		},
		{
			title: "Upload a file to each",
			text: "Files are scanned, read, and their columns proposed for you to confirm.",
			done: read.size >= 2,
			link: (look: string) => (
				<Link to="/p/$project/files" params={params} className={look}>
					Upload files
				</Link>
			),
		},
		{
			title: "Reconcile",
			text: "See what belongs together, with the evidence, and what does not, with a reason.",
			done: false,
			link: (look: string) =>
				reconciliations[0] ? (
					<Link
						to="/p/$project/reconciliations/$rec"
						params={{ ...params, rec: reconciliations[0].id }}
						className={look}
					>
						Start a job
					</Link>
				) : (
					<Link
						to="/p/$project/reconciliations"
						params={params}
						search={{ create: "yes" }}
						className={look}
					>
						New reconciliation
					</Link>
				),
		},
	];
	const next = steps.findIndex(({ done }) => !done);
	return (
		<Card title="Three steps to the first result">
			<ol className={styles.steps}>
				{steps.map(({ title, text, done, link }, at) => (
					<Step key={title} no={at + 1} title={title} text={text} done={done} next={at === next}>
						{link(button_class(at === next ? "primary" : "secondary"))}
					</Step>
				))}
			</ol>
		</Card>
	);
}

interface StepProps {
	no: number;
	title: string;
	text: string;
	done: boolean;
	next: boolean;
	children: ReactNode;
}

function Step({ no, title, text, done, next, children }: StepProps) {
	return (
		<li className={cx(styles.step, done && styles.done, next && styles.next)}>
			<span className={styles.no}>
				{done ? <Check size={15} aria-label="Done" /> : <span aria-hidden>{no}</span>}
			</span>
			<h3>{title}</h3>
			<p className={styles.text}>{text}</p>
			<div className={styles.action}>{children}</div>
		</li>
	);
}
