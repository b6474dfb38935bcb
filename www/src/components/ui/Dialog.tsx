import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { IconButton } from "./Button";
import styles from "./Dialog.module.css";

interface DialogProps {
	open: boolean;
	on_close: () => void;
	title: string;
	description?: ReactNode;
	children?: ReactNode;
	/** The row of buttons, the main one last. */
	actions?: ReactNode;
	wide?: boolean;
}

export function Dialog(props: DialogProps) {
	const { open, on_close, title, description, children, actions, wide = false } = props;
	return (
		<Base.Root open={open} onOpenChange={(next) => !next && on_close()}>
			<Base.Portal>
				<Base.Backdrop className={styles.backdrop} />
				<Base.Popup className={cx(styles.popup, wide && styles.wide)}>
					<header className={styles.head}>
						<Base.Title className={styles.title}>{title}</Base.Title>
						<Base.Close render={<IconButton label="Close" />}>
							<X size={16} aria-hidden />
						</Base.Close>
					</header>
					{description && (
						<Base.Description className={styles.description}>{description}</Base.Description>
					)}
					<div className={styles.body}>{children}</div>
					{actions && <footer className={styles.actions}>{actions}</footer>}
				</Base.Popup>
			</Base.Portal>
		</Base.Root>
	);
}
