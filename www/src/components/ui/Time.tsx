import { useEffect, useState } from "react";
import { format_instant, format_relative } from "@/lib/dates";

const TICK_MS = 15_000;

/** "3 minutes ago", with the instant as its title; keeps itself fresh. */
export function RelativeTime({ at }: { at: string }) {
	const [now, set_now] = useState(() => Date.now());
	useEffect(() => {
		const timer = setInterval(() => set_now(Date.now()), TICK_MS);
		return () => clearInterval(timer);
	}, []);
	return (
		<time dateTime={at} title={format_instant(at)}>
			{format_relative(at, now)}
		</time>
	);
}
