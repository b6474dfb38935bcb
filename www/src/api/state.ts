/* The shape of the store that components and features may rely on, and its typed hooks. */
import type { ThunkDispatch, UnknownAction } from "@reduxjs/toolkit";
import { useDispatch, useSelector } from "react-redux";
import type { PrefsState } from "./prefs";
import type { SessionState } from "./session";
import type { api } from "./tags";
import type { UploadsState } from "./uploads_state";

export interface RootState {
	api: ReturnType<typeof api.reducer>;
	session: SessionState;
	prefs: PrefsState;
	uploads: UploadsState;
}

export type AppDispatch = ThunkDispatch<RootState, unknown, UnknownAction>;

export const useAppDispatch = useDispatch.withTypes<AppDispatch>();
export const useAppSelector = useSelector.withTypes<RootState>();
