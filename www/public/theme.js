// Sets the colour scheme and density before the first paint; blocking and tiny on purpose.
(() => {
	const root = document.documentElement;
	let prefs = {};
	try {
		prefs = JSON.parse(localStorage.getItem("persist:recon-prefs") ?? "{}");
	} catch {
		// An unreadable store means defaults.
	}
	const read = (name, fallback) => {
		try {
			return JSON.parse(prefs[name]) ?? fallback;
		} catch {
			return fallback;
		}
	};
	const scheme = read("scheme", "system");
	const dark =
		scheme === "dark" ||
		(scheme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
	root.dataset.scheme = dark ? "dark" : "light";
	root.dataset.density = read("density", "compact");
})();
