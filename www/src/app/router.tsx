/*
 * Every URL of the application. A page is loaded when its route is first visited (or hovered over);
 * what a page shows is in its path and its search parameters, validated by the feature's own search.ts.
 */
import {
	createRootRouteWithContext,
	createRoute,
	createRouter,
	lazyRouteComponent,
	type RouterHistory,
	redirect,
} from "@tanstack/react-router";
import { api } from "@/api";
import { Skeleton } from "@/components/ui";
import { files_search } from "@/features/files/search";
import { profile_search } from "@/features/profile/search";
import { review_search } from "@/features/review/search";
import { parse_search, type RawSearch, search_text, stringify_search } from "@/lib/search";
import { Crash } from "./Crash";
import { NotFound } from "./NotFound";
import { ensure_session, require_session } from "./session";
import type { Store } from "./store";

interface Context {
	store: Store;
}

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound });

/** A place on this site to return to after signing in; anything else is ignored. */
function return_path(value: unknown): string | undefined {
	const path = search_text(value);
	return path?.startsWith("/") && !path.startsWith("//") && !path.includes("\\") ? path : undefined;
}

const login = createRoute({
	getParentRoute: () => root,
	path: "/login",
	validateSearch: (raw: RawSearch): { to?: string | undefined } => ({ to: return_path(raw.to) }),
	beforeLoad: async ({ context, search, location }) => {
		// A one-time code is redeemed even where somebody is signed in already.
		if (location.hash.startsWith("code=")) return;
		if (await ensure_session(context.store).catch(() => false)) {
			throw redirect({ href: search.to ?? "/" });
		}
	},
	component: lazyRouteComponent(() => import("@/features/auth/LoginPage"), "LoginPage"),
});

const shell = createRoute({
	getParentRoute: () => root,
	id: "shell",
	beforeLoad: ({ context, location }) => require_session(context.store, location.href),
	component: lazyRouteComponent(() => import("./Shell"), "Shell"),
});

const home = createRoute({
	getParentRoute: () => shell,
	path: "/",
	beforeLoad: async ({ context }) => {
		const { data } = await context.store.dispatch(
			api.endpoints.projectList.initiate({}, { subscribe: false }),
		);
		const only = data?.items.length === 1 ? data.items[0] : undefined;
		if (only) throw redirect({ to: "/p/$project", params: { project: only.id }, replace: true });
		throw redirect({ to: "/projects", replace: true });
	},
});

const create_flag = (raw: RawSearch): { create?: "yes" | undefined } => ({
	create: raw.create === "yes" ? "yes" : undefined,
});

const projects = createRoute({
	getParentRoute: () => shell,
	path: "/projects",
	validateSearch: create_flag,
	component: lazyRouteComponent(() => import("@/features/projects/ProjectsPage"), "ProjectsPage"),
});

const profile = createRoute({
	getParentRoute: () => shell,
	path: "/me",
	validateSearch: profile_search,
	component: lazyRouteComponent(() => import("@/features/profile/ProfilePage"), "ProfilePage"),
});

const project = createRoute({ getParentRoute: () => shell, path: "/p/$project" });

const dashboard = createRoute({
	getParentRoute: () => project,
	path: "/",
	component: lazyRouteComponent(
		() => import("@/features/dashboard/DashboardPage"),
		"DashboardPage",
	),
});

const sources = createRoute({
	getParentRoute: () => project,
	path: "/sources",
	validateSearch: create_flag,
	component: lazyRouteComponent(() => import("@/features/sources/SourcesPage"), "SourcesPage"),
});

const files = createRoute({
	getParentRoute: () => project,
	path: "/files",
	validateSearch: files_search,
	component: lazyRouteComponent(() => import("@/features/files/FilesPage"), "FilesPage"),
});

const dataset = createRoute({
	getParentRoute: () => project,
	path: "/datasets/$dataset",
	component: lazyRouteComponent(() => import("@/features/datasets/DatasetPage"), "DatasetPage"),
});

const reconciliations = createRoute({
	getParentRoute: () => project,
	path: "/reconciliations",
	validateSearch: create_flag,
	component: lazyRouteComponent(
		() => import("@/features/reconciliations/ReconciliationsPage"),
		"ReconciliationsPage",
	),
});

const reconciliation = createRoute({
	getParentRoute: () => project,
	path: "/reconciliations/$rec",
	component: lazyRouteComponent(
		() => import("@/features/reconciliations/ReconciliationPage"),
		"ReconciliationPage",
	),
});

const review = createRoute({
	getParentRoute: () => project,
	path: "/reconciliations/$rec/review",
	validateSearch: review_search,
	component: lazyRouteComponent(() => import("@/features/review/ReviewPage"), "ReviewPage"),
});

const job = createRoute({
	getParentRoute: () => project,
	path: "/jobs/$job",
	component: lazyRouteComponent(() => import("@/features/jobs/JobPage"), "JobPage"),
});

const model = createRoute({
	getParentRoute: () => project,
	path: "/jobs/$job/model",
	component: lazyRouteComponent(() => import("@/features/jobs/ModelPage"), "ModelPage"),
});

const sample = createRoute({
	getParentRoute: () => project,
	path: "/jobs/$job/sample",
	component: lazyRouteComponent(() => import("@/features/review/SamplePage"), "SamplePage"),
});

const tree = root.addChildren([
	login,
	shell.addChildren([
		home,
		projects,
		profile,
		project.addChildren([
			dashboard,
			sources,
			files,
			dataset,
			reconciliations,
			reconciliation,
			review,
			job,
			model,
			sample,
		]),
	]),
]);

export function create_router(store: Store, history?: RouterHistory) {
	return createRouter({
		history,
		routeTree: tree,
		context: { store },
		defaultPreload: "intent",
		defaultPendingComponent: () => <Skeleton />,
		defaultPendingMs: 200,
		defaultErrorComponent: ({ error, reset }) => <Crash error={error} on_retry={reset} />,
		scrollRestoration: false,
		parseSearch: parse_search,
		stringifySearch: stringify_search,
	});
}

export type AppRouter = ReturnType<typeof create_router>;

declare module "@tanstack/react-router" {
	interface Register {
		router: AppRouter;
	}
}
