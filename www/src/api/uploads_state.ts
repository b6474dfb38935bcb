/* The uploads of this tab, as the store knows them; src/api/uploads.ts does the sending. */
import { createSlice, type PayloadAction } from "@reduxjs/toolkit";
import type { Problem } from "./problem";

export type UploadStatus = "waiting" | "sending" | "retrying" | "paused" | "done" | "failed";

export interface UploadEntry {
	id: string;
	project: string;
	source: string;
	/** The dataset whose rejected rows it repairs. */
	repairs?: string | undefined;
	name: string;
	size: number;
	sent: number;
	status: UploadStatus;
	/** Bytes per second, over the last few seconds. */
	rate: number;
	problem: Problem | null;
	/** The server's file, once the upload exists. */
	file: string | null;
}

export interface UploadsState {
	entries: UploadEntry[];
}

const initialState: UploadsState = { entries: [] };

const slice = createSlice({
	name: "uploads",
	initialState,
	reducers: {
		upload_added: (state, action: PayloadAction<UploadEntry>) => {
			state.entries.unshift(action.payload);
		},
		upload_changed: (state, action: PayloadAction<{ id: string } & Partial<UploadEntry>>) => {
			const entry = state.entries.find(({ id }) => id === action.payload.id);
			if (entry) Object.assign(entry, action.payload);
		},
		upload_removed: (state, action: PayloadAction<string>) => {
			state.entries = state.entries.filter(({ id }) => id !== action.payload);
		},
		uploads_cleared: () => initialState,
	},
});

export const { upload_added, upload_changed, upload_removed, uploads_cleared } = slice.actions;
export const uploads_reducer = slice.reducer;
