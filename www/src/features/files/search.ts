import { type RawSearch, search_text, search_word } from "@/lib/search";

const STATES = [
	"receiving",
	"received",
	"scanning",
	"clean",
	"infected",
	"unscannable",
	"rejected",
	"purged",
] as const;

export interface FilesSearch {
	source?: string | undefined;
	state?: (typeof STATES)[number] | undefined;
}

export function files_search(raw: RawSearch): FilesSearch {
	return { source: search_text(raw.source), state: search_word(raw.state, STATES) };
}
