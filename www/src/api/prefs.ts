/* Preferences of this browser; the only thing it keeps (public/theme.js reads it before the paint). */
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";

export type Scheme = "system" | "light" | "dark";
export type Density = "compact" | "cosy";

export interface PrefsState {
	scheme: Scheme;
	density: Density;
	/** Single-key shortcuts in grids (WCAG 2.1.4 wants an off switch). */
	shortcuts: boolean;
	panel_width: number;
}

const initialState: PrefsState = {
	scheme: "system",
	density: "compact",
	shortcuts: true,
	panel_width: 400,
};

const slice = createSlice({
	name: "prefs",
	initialState,
	reducers: {
		prefs_changed: (state, action: PayloadAction<Partial<PrefsState>>) => {
			Object.assign(state, action.payload);
		},
	},
});

export const { prefs_changed } = slice.actions;
export const prefs_reducer = slice.reducer;
