import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/ui/Button";
import { TextField } from "@/components/ui/Field";
import styles from "./PasswordField.module.css";

interface PasswordFieldProps {
	label: string;
	name: string;
	autoComplete: "current-password" | "new-password";
	minLength?: number;
	hint?: string;
	error?: string | undefined;
}

/** Pasting and password managers are welcome; the text can be shown. */
export function PasswordField({ label, ...rest }: PasswordFieldProps) {
	const [shown, set_shown] = useState(false);
	return (
		<div className={styles.password}>
			<TextField
				{...rest}
				label={label}
				type={shown ? "text" : "password"}
				required
				maxLength={1024}
				spellCheck={false}
				autoCapitalize="none"
				className={styles.input}
			/>
			<IconButton
				label={shown ? "Hide the password" : "Show the password"}
				aria-pressed={shown}
				className={styles.eye}
				onClick={() => set_shown(!shown)}
			>
				{shown ? <EyeOff size={15} aria-hidden /> : <Eye size={15} aria-hidden />}
			</IconButton>
		</div>
	);
}
