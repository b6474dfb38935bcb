import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { useAppSelector } from "@/api/state";
import { ProgressBar } from "@/components/ui";
import { plural } from "@/lib/numbers";
import styles from "./UploadsIndicator.module.css";

/** What still goes up, wherever the person is; leaving the site asks first. */
export function UploadsIndicator() {
	const entries = useAppSelector(({ uploads }) => uploads.entries);
	const active = entries.filter(({ status }) =>
		["waiting", "sending", "retrying"].includes(status),
	);
	const busy = active.length > 0;

	useEffect(() => {
		if (!busy) return;
		const ask = (event: BeforeUnloadEvent) => event.preventDefault();
		window.addEventListener("beforeunload", ask);
		return () => window.removeEventListener("beforeunload", ask);
	}, [busy]);

	const first = active[0];
	if (!first) return null;
	const sent = active.reduce((sum, entry) => sum + entry.sent, 0);
	const size = active.reduce((sum, entry) => sum + entry.size, 0);
	return (
		<Link to="/p/$project/files" params={{ project: first.project }} className={styles.indicator}>
			<span>Uploading {plural(active.length, "file")}</span>
			<span className={styles.bar}>
				<ProgressBar label="Uploads" done={sent} total={size} size="thin" />
			</span>
		</Link>
	);
}
