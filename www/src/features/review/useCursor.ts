/* The active row: at once on the screen, and a moment later in the URL (rows count from 1 there). */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";

const URL_MS = 300;

interface Cursor {
	cursor: number;
	set_cursor: (row: number) => void;
}

export function useCursor(view: string, total: number, row: number | undefined): Cursor {
	const navigate = useNavigate();
	const [cursor, set_cursor] = useState(() => (row ?? 1) - 1);
	const [known_view, set_known_view] = useState(view);

	// Another list starts at its top; the first one where the URL says.
	if (view !== known_view) {
		set_known_view(view);
		if (known_view !== "") set_cursor(0);
	}
	const at = total > 0 ? Math.min(cursor, total - 1) : 0;

	useEffect(() => {
		const wanted = at > 0 ? at + 1 : undefined;
		if (view === "" || wanted === row) return;
		const timer = setTimeout(() => {
			navigate({ to: ".", search: (old) => ({ ...old, row: wanted }), replace: true });
		}, URL_MS);
		return () => clearTimeout(timer);
	}, [at, row, view, navigate]);

	const set = useCallback((next: number) => set_cursor(next), []);
	return { cursor: at, set_cursor: set };
}
