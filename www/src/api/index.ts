/* What pages import: the hooks of every endpoint, the shapes, and the session. */

export { csrf_token, refresh_session } from "./base";
export type * from "./gen";
export {
	type Density,
	type PrefsState,
	prefs_changed,
	prefs_reducer,
	type Scheme,
} from "./prefs";
export { is_problem, type Problem, type ProblemField, to_problem } from "./problem";
export {
	type SessionState,
	session_began,
	session_ended,
	session_expired,
	session_reducer,
} from "./session";
export { api } from "./tags";
