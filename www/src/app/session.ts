/* What a route needs to know before it draws: who is signed in. */
import { redirect } from "@tanstack/react-router";
import { api, csrf_token, is_problem, session_began, session_ended } from "@/api";
import type { Store } from "./store";

/** True when signed in; asks the server once per page load. A failure to ask is thrown. */
export async function ensure_session(store: Store): Promise<boolean> {
	const { status } = store.getState().session;
	if (status === "in" || status === "expired") return true;
	if (status === "out" || csrf_token() === undefined) return false;
	const result = await store.dispatch(
		api.endpoints.me.initiate(undefined, { forceRefetch: true, subscribe: false }),
	);
	if (result.data) {
		store.dispatch(session_began(result.data));
		return true;
	}
	store.dispatch(session_ended());
	if (is_problem(result.error) && result.error.status !== 401) throw result.error;
	return false;
}

/** For the routes behind sign-in: leads there and back to where the person wanted to go. */
export async function require_session(store: Store, href: string): Promise<void> {
	if (await ensure_session(store)) return;
	throw redirect({ to: "/login", search: href === "/" ? {} : { to: href } });
}
