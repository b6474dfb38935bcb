/** A browser's User-Agent as people say it: "Firefox on Linux". */
const BROWSERS: ReadonlyArray<readonly [RegExp, string]> = [
	[/Edg\//, "Edge"],
	[/OPR\//, "Opera"],
	[/Firefox\//, "Firefox"],
	[/Chrome\//, "Chrome"],
	[/Safari\//, "Safari"],
	[/curl\//, "curl"],
];
const SYSTEMS: ReadonlyArray<readonly [RegExp, string]> = [
	[/Windows/, "Windows"],
	[/iPhone|iPad/, "iOS"],
	[/Mac OS X/, "macOS"],
	[/Android/, "Android"],
	[/Linux/, "Linux"],
];

const name_in = (text: string, names: typeof BROWSERS) =>
	names.find(([form]) => form.test(text))?.[1];

export function agent_in_words(agent: string): string {
	const browser = name_in(agent, BROWSERS);
	const system = name_in(agent, SYSTEMS);
	if (browser && system) return `${browser} on ${system}`;
	return browser ?? (agent.slice(0, 60) || "Unknown client");
}
