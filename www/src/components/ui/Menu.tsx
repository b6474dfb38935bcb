import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { cx } from "@/lib/cx";
import styles from "./Menu.module.css";

interface MenuProps {
	trigger: ReactElement;
	children: ReactNode;
	align?: "start" | "end";
}

export function Menu({ trigger, children, align = "start" }: MenuProps) {
	return (
		<Base.Root>
			<Base.Trigger render={trigger} />
			<Base.Portal>
				<Base.Positioner className={styles.positioner} sideOffset={6} align={align}>
					<Base.Popup className={styles.popup}>{children}</Base.Popup>
				</Base.Positioner>
			</Base.Portal>
		</Base.Root>
	);
}

interface MenuItemProps {
	icon?: ReactNode;
	children: ReactNode;
	hint?: ReactNode;
	on_select: () => void;
	danger?: boolean;
}

export function MenuItem({ icon, children, hint, on_select, danger = false }: MenuItemProps) {
	return (
		<Base.Item className={cx(styles.item, danger && styles.danger)} onClick={on_select}>
			<span className={styles.icon}>{icon}</span>
			<span className={styles.text}>{children}</span>
			{hint && <span className={styles.hint}>{hint}</span>}
		</Base.Item>
	);
}

interface MenuGroupProps {
	label: string;
	children: ReactNode;
}

export function MenuGroup({ label, children }: MenuGroupProps) {
	return (
		<Base.Group>
			<Base.GroupLabel className={styles.label}>{label}</Base.GroupLabel>
			{children}
		</Base.Group>
	);
}

export function MenuSeparator() {
	return <Base.Separator className={styles.separator} />;
}
