import { type RawSearch, search_word } from "@/lib/search";

export const PROFILE_TABS = ["sessions", "keys", "preferences"] as const;
export type ProfileTab = (typeof PROFILE_TABS)[number];

export interface ProfileSearch {
	tab?: ProfileTab | undefined;
	create?: "yes" | undefined;
}

export function profile_search(raw: RawSearch): ProfileSearch {
	return {
		tab: search_word(raw.tab, PROFILE_TABS),
		create: search_word(raw.create, ["yes"] as const),
	};
}
