import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import styles from "./Tooltip.module.css";

interface TooltipProps {
	/** A focusable element. */
	children: ReactElement;
	text: ReactNode;
}

export function Tooltip({ children, text }: TooltipProps) {
	return (
		<Base.Root>
			<Base.Trigger render={children} delay={350} />
			<Base.Portal>
				<Base.Positioner className={styles.positioner} sideOffset={6}>
					<Base.Popup className={styles.popup}>{text}</Base.Popup>
				</Base.Positioner>
			</Base.Portal>
		</Base.Root>
	);
}
