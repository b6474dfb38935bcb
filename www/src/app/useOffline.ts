import { useEffect, useState } from "react";

const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** Since when ("14:02") the browser has no network, or null. */
export function useOffline(): string | null {
	const [since, set_since] = useState<string | null>(() => (navigator.onLine ? null : clock()));
	useEffect(() => {
		const off = () => set_since((old) => old ?? clock());
		const on = () => set_since(null);
		window.addEventListener("offline", off);
		window.addEventListener("online", on);
		return () => {
			window.removeEventListener("offline", off);
			window.removeEventListener("online", on);
		};
	}, []);
	return since;
}
