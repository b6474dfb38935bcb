import { Bug, RotateCw } from "lucide-react";
import { useMemo } from "react";
import { is_problem, to_problem } from "@/api";
import { Button, button_class, CopyButton, Empty, Failure, useTitle } from "@/components/ui";
import styles from "./Crash.module.css";

interface CrashProps {
	error: unknown;
	on_retry: () => void;
}

/** The last net: a page failed. The address stays, so that a reload can bring the page back. */
export function Crash({ error, on_retry }: CrashProps) {
	useTitle("Something failed");
	const id = useMemo(() => crypto.randomUUID(), []);
	if (is_problem(error)) return <Failure problem={error} what="The page" on_retry={on_retry} />;
	const { detail } = to_problem(error);
	const report = `${id} ${location.pathname} ${detail}`;
	return (
		<main role="alert">
			<Empty
				icon={<Bug size={20} aria-hidden />}
				title="This page failed"
				action={
					<>
						<Button
							variant="primary"
							icon={<RotateCw size={14} aria-hidden />}
							onClick={() => location.reload()}
						>
							Reload
						</Button>
						<a href="/" className={button_class("secondary")}>
							Go to the start
						</a>
					</>
				}
			>
				Nothing you decided is lost: every decision was stored when it was made.
				<p className={styles.detail}>
					<code>{detail || "unknown error"}</code>
				</p>
				<p className={styles.id}>
					Report <code>{id}</code> <CopyButton text={report} label="Copy the report" />
				</p>
			</Empty>
		</main>
	);
}
