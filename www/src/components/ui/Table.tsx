import type { HTMLAttributes, ReactNode, TdHTMLAttributes, ThHTMLAttributes } from "react";
import { cx } from "@/lib/cx";
import styles from "./Table.module.css";

interface TableProps {
	label: string;
	head: ReactNode;
	children: ReactNode;
	busy?: boolean;
}

/** A short list as a table; anything of more than a few hundred rows belongs in the grid. */
export function Table({ label, head, children, busy = false }: TableProps) {
	return (
		<table className={styles.table} aria-label={label} aria-busy={busy || undefined}>
			<thead>
				<tr>{head}</tr>
			</thead>
			<tbody>{children}</tbody>
		</table>
	);
}

interface Aligned {
	end?: boolean;
}

export function Th({ end, className, ...rest }: Aligned & ThHTMLAttributes<HTMLTableCellElement>) {
	return <th scope="col" className={cx(styles.th, end && styles.end, className)} {...rest} />;
}

export function Td({ end, className, ...rest }: Aligned & TdHTMLAttributes<HTMLTableCellElement>) {
	return <td className={cx(styles.td, end && styles.end, className)} {...rest} />;
}

export function Tr({ className, ...rest }: HTMLAttributes<HTMLTableRowElement>) {
	return <tr className={cx(styles.tr, className)} {...rest} />;
}
