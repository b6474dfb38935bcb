import { configureStore } from "@reduxjs/toolkit";
import { setupListeners } from "@reduxjs/toolkit/query";
import {
	FLUSH,
	PAUSE,
	PERSIST,
	PURGE,
	persistReducer,
	persistStore,
	REGISTER,
	REHYDRATE,
} from "redux-persist";
import { api, prefs_reducer, session_reducer } from "@/api";
import { uploads_reducer } from "@/api/uploads_state";

/** Only preferences are kept, under one versioned key; never data of a project. */
const browser_storage = {
	getItem: async (key: string) => localStorage.getItem(key),
	setItem: async (key: string, value: string) => localStorage.setItem(key, value),
	removeItem: async (key: string) => localStorage.removeItem(key),
};

/** The checks of development builds are slow on a busy machine; that is no news. */
const SLOW_CHECK_MS = 500;

const kept_prefs = persistReducer(
	{ key: "recon-prefs", version: 1, storage: browser_storage },
	prefs_reducer,
);

export function create_store() {
	const store = configureStore({
		reducer: {
			api: api.reducer,
			session: session_reducer,
			prefs: kept_prefs,
			uploads: uploads_reducer,
		},
		middleware: (defaults) =>
			defaults({
				immutableCheck: { warnAfter: SLOW_CHECK_MS },
				serializableCheck: {
					warnAfter: SLOW_CHECK_MS,
					ignoredActions: [FLUSH, REHYDRATE, PAUSE, PERSIST, PURGE, REGISTER],
				},
			}).concat(api.middleware),
	});
	setupListeners(store.dispatch);
	persistStore(store);
	return store;
}

export type Store = ReturnType<typeof create_store>;
