import { useEffect } from "react";
import { useAppSelector } from "@/api/state";

const DARK = "(prefers-color-scheme: dark)";

/** Keeps the root's scheme and density as preferred; public/theme.js did the same before the paint. */
export function ThemeEffect(): null {
	const { scheme, density } = useAppSelector(({ prefs }) => prefs);
	useEffect(() => {
		const media = window.matchMedia(DARK);
		const apply = () => {
			const dark = scheme === "dark" || (scheme === "system" && media.matches);
			document.documentElement.dataset.scheme = dark ? "dark" : "light";
		};
		apply();
		media.addEventListener("change", apply);
		return () => media.removeEventListener("change", apply);
	}, [scheme]);
	useEffect(() => {
		document.documentElement.dataset.density = density;
	}, [density]);
	return null;
}
