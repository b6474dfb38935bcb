import type { FormHTMLAttributes } from "react";
import styles from "./FormStack.module.css";

/** A form whose fields stand one below the other; checks are ours, not the browser's bubbles. */
export function FormStack(props: FormHTMLAttributes<HTMLFormElement>) {
	return <form noValidate {...props} className={styles.stack} />;
}
