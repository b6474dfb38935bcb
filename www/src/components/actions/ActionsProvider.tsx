/*
 * What can be done right now: the shell and the page on screen register their actions; the command
 * palette, the help sheet and the global keys all read this one list.
 */
import {
	createContext,
	type ReactNode,
	use,
	useEffect,
	useMemo,
	useState,
	useSyncExternalStore,
} from "react";
import { type Action, is_editing, Keymap } from "@/lib/keymap";

class ActionRegistry {
	private readonly groups = new Map<object, readonly Action[]>();
	private readonly listeners = new Set<() => void>();
	private all: readonly Action[] = [];

	register(actions: readonly Action[]): () => void {
		const key = {};
		this.groups.set(key, actions);
		this.changed();
		return () => {
			this.groups.delete(key);
			this.changed();
		};
	}

	readonly subscribe = (listener: () => void): (() => void) => {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	};

	readonly list = (): readonly Action[] => this.all;

	private changed() {
		this.all = [...this.groups.values()].flat();
		for (const listener of this.listeners) listener();
	}
}

const Context = createContext(new ActionRegistry());

export function ActionsProvider({ children }: { children: ReactNode }) {
	const [registry] = useState(() => new ActionRegistry());
	return <Context value={registry}>{children}</Context>;
}

export function useActions(): readonly Action[] {
	const registry = use(Context);
	return useSyncExternalStore(registry.subscribe, registry.list);
}

/** Offers actions while the caller is on screen; pass a memoised list. */
export function useRegisterActions(actions: readonly Action[]): void {
	const registry = use(Context);
	useEffect(() => registry.register(actions), [registry, actions]);
}

/** Runs actions by their keys anywhere on the page. Chords with Ctrl work in fields too. */
export function useGlobalKeys(actions: readonly Action[], enabled: boolean): void {
	const keymap = useMemo(() => new Keymap(actions), [actions]);
	useEffect(() => {
		const on_key = (event: KeyboardEvent) => {
			if (event.defaultPrevented) return;
			const chord = event.ctrlKey || event.metaKey;
			if (!chord && (!enabled || is_editing(event.target))) return;
			if (!chord && document.querySelector("[role=dialog], [role=alertdialog], [role=menu]"))
				return;
			const action = keymap.find(event, event.timeStamp);
			if (!action) return;
			event.preventDefault();
			action.perform();
		};
		document.addEventListener("keydown", on_key);
		return () => document.removeEventListener("keydown", on_key);
	}, [keymap, enabled]);
}
