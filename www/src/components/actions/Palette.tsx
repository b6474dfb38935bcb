/* Ctrl+K: find an action or a place by a few letters. A combobox over the registered actions. */
import { type KeyboardEvent, useId, useState } from "react";
import { Dialog, Kbd } from "@/components/ui";
import { cx } from "@/lib/cx";
import type { Action } from "@/lib/keymap";
import { useActions } from "./ActionsProvider";
import styles from "./Palette.module.css";

/** Every letter in order; words that start with them first. Lower is better, null is no hit. */
export function rank(query: string, label: string): number | null {
	const text = label.toLowerCase();
	const wanted = query.trim().toLowerCase();
	if (wanted === "") return 0;
	if (text.startsWith(wanted)) return 0;
	if (text.includes(` ${wanted}`)) return 1;
	if (text.includes(wanted)) return 2;
	let at = 0;
	for (const letter of wanted.replaceAll(" ", "")) {
		at = text.indexOf(letter, at) + 1;
		if (at === 0) return null;
	}
	return 3;
}

export function find_actions(query: string, actions: readonly Action[]): Action[] {
	return actions
		.flatMap((action) => {
			const place = rank(query, action.label);
			return place === null || action.enabled === false ? [] : [{ action, place }];
		})
		.sort((a, b) => a.place - b.place)
		.map(({ action }) => action);
}

interface PaletteProps {
	open: boolean;
	on_close: () => void;
}

export function Palette({ open, on_close }: PaletteProps) {
	return (
		<Dialog open={open} on_close={on_close} title="Search or jump" wide>
			<PaletteBody on_close={on_close} />
		</Dialog>
	);
}

function PaletteBody({ on_close }: { on_close: () => void }) {
	const id = useId();
	const [query, set_query] = useState("");
	const [at, set_at] = useState(0);
	const found = find_actions(query, useActions());
	const current = found[Math.min(at, found.length - 1)];

	const run = (action: Action | undefined) => {
		if (!action) return;
		on_close();
		action.perform();
	};
	const on_key = (event: KeyboardEvent) => {
		if (event.key === "ArrowDown") set_at((old) => Math.min(old + 1, found.length - 1));
		else if (event.key === "ArrowUp") set_at((old) => Math.max(old - 1, 0));
		else if (event.key === "Enter") run(current);
		else return;
		event.preventDefault();
	};

	return (
		<div className={styles.palette}>
			<input
				role="combobox"
				aria-label="Search or jump"
				aria-expanded="true"
				aria-controls={`${id}-list`}
				aria-activedescendant={current ? `${id}-${current.id}` : undefined}
				className={styles.input}
				placeholder="Type a page, a project or an action"
				value={query}
				onChange={(event) => {
					set_query(event.target.value);
					set_at(0);
				}}
				onKeyDown={on_key}
			/>
			<div role="listbox" id={`${id}-list`} aria-label="Results" className={styles.list}>
				{found.map((action) => (
					// biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles every key
					<div
						key={action.id}
						id={`${id}-${action.id}`}
						role="option"
						tabIndex={-1}
						aria-selected={action === current}
						className={cx(styles.option, action === current && styles.current)}
						onClick={() => run(action)}
					>
						<span className={styles.label}>{action.label}</span>
						<span className={styles.group}>{action.group}</span>
						{action.keys[0] && <Kbd keys={action.keys[0]} />}
					</div>
				))}
			</div>
			{found.length === 0 && (
				<p role="status" className={styles.none}>
					Nothing is called “{query}” here.
				</p>
			)}
		</div>
	);
}
