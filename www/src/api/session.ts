/* Who is signed in, as far as this browser knows. The truth is the server's. */
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";
import type { SessionInfo } from "./gen";

export interface SessionState {
	/** expired: the server no longer accepts it, but the page and what was typed are still here. */
	status: "unknown" | "in" | "expired" | "out";
	info: SessionInfo | null;
}

const initialState: SessionState = { status: "unknown", info: null };

const slice = createSlice({
	name: "session",
	initialState,
	reducers: {
		session_began: (_state, action: PayloadAction<SessionInfo>): SessionState => ({
			status: "in",
			info: action.payload,
		}),
		session_expired: (state): SessionState =>
			state.info ? { ...state, status: "expired" } : { status: "out", info: null },
		/** The person signed out. */
		session_ended: (): SessionState => ({ status: "out", info: null }),
	},
});

export const { session_began, session_expired, session_ended } = slice.actions;
export const session_reducer = slice.reducer;
