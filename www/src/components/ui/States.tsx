/* The states that every page shares: loading, nothing yet, failure with retry, no permission. */
import { CircleAlert, Lock, RotateCw, WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { type Problem, to_problem } from "@/api/problem";
import { cx } from "@/lib/cx";
import { Button } from "./Button";
import { CopyButton } from "./CopyButton";
import styles from "./States.module.css";

const SKELETON_AFTER_MS = 200;

/** True once something has taken long enough to deserve a skeleton. */
export function useDelayed(active: boolean, ms = SKELETON_AFTER_MS): boolean {
	const [late, set_late] = useState(false);
	useEffect(() => {
		if (!active) return;
		const timer = setTimeout(() => set_late(true), ms);
		return () => {
			clearTimeout(timer);
			set_late(false);
		};
	}, [active, ms]);
	return active && late;
}

interface SkeletonProps {
	lines?: number;
	label?: string;
}

export function Skeleton({ lines = 4, label = "Loading" }: SkeletonProps) {
	const visible = useDelayed(true);
	return (
		<div role="status" aria-label={label} className={styles.skeleton}>
			{visible &&
				Array.from({ length: lines }, (_, line) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move
					<span key={line} className={cx(styles.bone, styles[`bone_${line % 3}`])} />
				))}
		</div>
	);
}

interface EmptyProps {
	icon?: ReactNode;
	title: string;
	children?: ReactNode;
	action?: ReactNode;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
	return (
		<div className={styles.state}>
			{icon && <div className={styles.icon}>{icon}</div>}
			<h2 className={styles.title}>{title}</h2>
			{children && <div className={styles.text}>{children}</div>}
			{action && <div className={styles.action}>{action}</div>}
		</div>
	);
}

function problem_icon(problem: Problem): ReactNode {
	if (problem.status === 403) return <Lock size={20} aria-hidden />;
	if (problem.status === 0) return <WifiOff size={20} aria-hidden />;
	return <CircleAlert size={20} aria-hidden />;
}

interface FailureProps {
	/** A failed call's error. */
	problem: unknown;
	/** What failed, as a noun phrase: "The list of files". */
	what: string;
	on_retry?: () => void;
}

export function Failure({ problem: error, what, on_retry }: FailureProps) {
	const problem = to_problem(error);
	const forbidden = problem.status === 403;
	return (
		<div role="alert" className={styles.state}>
			<div className={cx(styles.icon, !forbidden && styles.icon_bad)}>{problem_icon(problem)}</div>
			<h2 className={styles.title}>
				{forbidden ? "You may not see this" : `${what} could not be loaded`}
			</h2>
			<p className={styles.text}>{[problem.title, problem.detail].filter(Boolean).join(" ")}</p>
			<div className={styles.action}>
				{on_retry && !forbidden && (
					<Button icon={<RotateCw size={14} aria-hidden />} onClick={on_retry}>
						Try again
					</Button>
				)}
				{problem.request_id && <RequestId id={problem.request_id} />}
			</div>
		</div>
	);
}

export function RequestId({ id }: { id: string }) {
	return (
		<span className={styles.request}>
			Request <code>{id}</code>
			<CopyButton text={id} label="Copy the request id" />
		</span>
	);
}

interface NoticeProps {
	tone?: "info" | "ok" | "warn" | "bad";
	title?: string;
	children?: ReactNode;
	action?: ReactNode;
	role?: "alert" | "status";
}

/** A box inside a page that says something the reader should act on. */
export function Notice({ tone = "info", title, children, action, role }: NoticeProps) {
	return (
		<div role={role} className={cx(styles.notice, styles[`notice_${tone}`])}>
			<div className={styles.notice_text}>
				{title && <strong>{title}</strong>}
				{children && <div>{children}</div>}
			</div>
			{action}
		</div>
	);
}

/** A failed form or action: the server's words, and the request id to quote. */
export function ProblemNotice({ problem: error }: { problem: unknown }) {
	const problem = to_problem(error);
	return (
		<Notice tone="bad" role="alert" title={problem.title}>
			{problem.detail}
			{problem.request_id && <RequestId id={problem.request_id} />}
		</Notice>
	);
}
