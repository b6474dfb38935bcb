import type { ReactNode } from "react";
import { useEffect } from "react";
import styles from "./PageHeader.module.css";

interface PageHeaderProps {
	title: string;
	/** What the browser's tab says instead of the title. */
	tab?: string | undefined;
	/** In place of the title where it should show more than text. */
	heading?: ReactNode;
	description?: ReactNode;
	actions?: ReactNode;
}

/** A page's heading; it names the browser tab too. */
export function PageHeader({ title, tab, heading, description, actions }: PageHeaderProps) {
	useTitle(tab ?? title);
	return (
		<header className={styles.header}>
			<div className={styles.text}>
				<h1>{heading ?? title}</h1>
				{description && <div className={styles.description}>{description}</div>}
			</div>
			{actions && <div className={styles.actions}>{actions}</div>}
		</header>
	);
}

export function useTitle(title: string): void {
	useEffect(() => {
		document.title = `${title} · Recon`;
	}, [title]);
}
