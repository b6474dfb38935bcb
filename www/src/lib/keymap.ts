/*
 * A user's action is one object: label, keys, group, perform. Key handlers and the help sheet are both
 * derived from the same list. A single-key action is active only where the caller installs it (inside
 * the grid); nothing fires while a field is edited.
 */

export interface Action {
	id: string;
	label: string;
	group: string;
	/** Chords such as "j", "Shift+Space", "Ctrl+K", or sequences such as "g d". */
	keys: readonly string[];
	enabled?: boolean;
	perform: () => void;
}

const NAMES: Readonly<Record<string, string>> = { " ": "Space", Esc: "Escape" };
/** Characters that need Shift on some layouts: the character itself says it all. */
const is_symbol = (key: string) => key.length === 1 && key.toLowerCase() === key.toUpperCase();

/** The chord of an event in canonical form; Meta counts as Ctrl. */
export function chord_of(event: KeyboardEvent | KeyLike): string {
	const name = NAMES[event.key] ?? event.key;
	const parts: string[] = [];
	if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
	if (event.altKey) parts.push("Alt");
	if (event.shiftKey && !(is_symbol(name) && name !== "Space")) parts.push("Shift");
	parts.push(name.length === 1 ? name.toLowerCase() : name);
	return parts.join("+");
}

export interface KeyLike {
	key: string;
	ctrlKey: boolean;
	metaKey: boolean;
	altKey: boolean;
	shiftKey: boolean;
}

function canonical(chord: string): string {
	const parts = chord.split("+");
	const key = parts.pop() ?? "";
	const order = ["Ctrl", "Alt", "Shift"].filter((name) => parts.includes(name));
	return [...order, key.length === 1 ? key.toLowerCase() : key].join("+");
}

const EDITABLE =
	"input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";

/** True where a letter is text, so that no single key may act. */
export function is_editing(target: EventTarget | null): boolean {
	return target instanceof Element && target.closest(EDITABLE) !== null;
}

const SEQUENCE_MS = 900;

/** Finds actions by key events; remembers the first half of a sequence for a moment. */
export class Keymap {
	private readonly by_chord = new Map<string, Action>();
	private readonly prefixes = new Set<string>();
	private pending = "";
	private pending_until = 0;

	constructor(actions: readonly Action[]) {
		for (const action of actions) {
			for (const keys of action.keys) {
				const chords = keys.split(" ").map(canonical);
				this.by_chord.set(chords.join(" "), action);
				if (chords.length > 1) this.prefixes.add(chords[0] ?? "");
			}
		}
	}

	/** The action that this event completes, if any; `now` in milliseconds. */
	find(event: KeyboardEvent | KeyLike, now: number): Action | undefined {
		const chord = chord_of(event);
		const sequence = this.pending && now < this.pending_until ? `${this.pending} ${chord}` : "";
		this.pending = "";
		const action = (sequence && this.by_chord.get(sequence)) || this.by_chord.get(chord);
		if (!action && this.prefixes.has(chord)) {
			this.pending = chord;
			this.pending_until = now + SEQUENCE_MS;
		}
		return action && action.enabled !== false ? action : undefined;
	}
}

const GLYPHS: Readonly<Record<string, string>> = {
	ArrowDown: "↓",
	ArrowUp: "↑",
	ArrowLeft: "←",
	ArrowRight: "→",
	Escape: "Esc",
};

/** For the help sheet and hints: "Shift+Space" -> ["Shift", "Space"]. */
export function key_caps(keys: string): string[] {
	return keys
		.split(/[ +]/)
		.map((part) => GLYPHS[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}
