import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./Button";

const SHOWN_MS = 1600;

interface CopyButtonProps {
	text: string;
	label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
	const [copied, set_copied] = useState(false);
	useEffect(() => {
		if (!copied) return;
		const timer = setTimeout(() => set_copied(false), SHOWN_MS);
		return () => clearTimeout(timer);
	}, [copied]);
	const copy = () => navigator.clipboard.writeText(text).then(() => set_copied(true));
	return (
		<IconButton label={copied ? "Copied" : label} onClick={copy}>
			{copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
		</IconButton>
	);
}
