import { key_caps } from "@/lib/keymap";
import styles from "./Kbd.module.css";

/** Keys as caps: "Ctrl+K", "g d". */
export function Kbd({ keys }: { keys: string }) {
	return (
		<span className={styles.keys}>
			{key_caps(keys).map((cap) => (
				<kbd key={cap} className={styles.cap}>
					{cap}
				</kbd>
			))}
		</span>
	);
}
