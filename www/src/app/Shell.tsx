/* The frame around every page behind sign-in: navigation, palette, banners, the session's end. */
import { Outlet, useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { Search, WifiOff } from "lucide-react";
import { lazy, useCallback, useEffect, useMemo, useState } from "react";
import { api, prefs_changed } from "@/api";
import { useAppDispatch, useAppSelector } from "@/api/state";
import {
	ActionsProvider,
	useActions,
	useGlobalKeys,
	useRegisterActions,
} from "@/components/actions/ActionsProvider";
import { Kbd, Notice, ToastProvider } from "@/components/ui";
import { Lazily } from "@/components/ui/Lazily";
import type { Action } from "@/lib/keymap";
import { Navigation } from "./Navigation";
import styles from "./Shell.module.css";
import { UploadsIndicator } from "./UploadsIndicator";
import { useOffline } from "./useOffline";
import { useSignOut } from "./useSignOut";

const Palette = lazy(() =>
	import("@/components/actions/Palette").then((module) => ({ default: module.Palette })),
);
const HelpDialog = lazy(() =>
	import("@/components/actions/HelpDialog").then((module) => ({ default: module.HelpDialog })),
);
const SessionExpired = lazy(() =>
	import("./SessionExpired").then((module) => ({ default: module.SessionExpired })),
);

export function Shell() {
	return (
		<ToastProvider>
			<ActionsProvider>
				<ShellFrame />
			</ActionsProvider>
		</ToastProvider>
	);
}

function ShellFrame() {
	const [palette, set_palette] = useState(false);
	const [help, set_help] = useState(false);
	const offline_since = useOffline();
	const expired = useAppSelector(({ session }) => session.status === "expired");
	const open_palette = useCallback(() => set_palette(true), []);
	const open_help = useCallback(() => set_help(true), []);
	useShellActions(open_palette, open_help);

	return (
		<div className={styles.shell}>
			<a href="#content" className={styles.skip}>
				Skip to the content
			</a>
			<aside className={styles.side}>
				<Navigation />
			</aside>
			<div className={styles.main}>
				<header className={styles.top}>
					<button type="button" className={styles.search} onClick={open_palette}>
						<Search size={14} aria-hidden />
						<span>Search or jump</span>
						<Kbd keys="Ctrl+K" />
					</button>
					<UploadsIndicator />
				</header>
				{offline_since && (
					<Notice tone="warn" role="status" title={`Offline since ${offline_since}, read only.`}>
						<WifiOff size={14} aria-hidden /> Decisions wait until the connection is back.
					</Notice>
				)}
				<main id="content" tabIndex={-1} className={styles.content}>
					<Outlet />
				</main>
			</div>
			<Lazily when={palette}>
				<Palette open={palette} on_close={() => set_palette(false)} />
			</Lazily>
			<Lazily when={help}>
				<HelpDialog open={help} on_close={() => set_help(false)} />
			</Lazily>
			<Lazily when={expired}>
				<SessionExpired />
			</Lazily>
		</div>
	);
}

/** Registers what is possible everywhere, and installs its keys. */
function useShellActions(open_palette: () => void, open_help: () => void): void {
	const { project } = useParams({ strict: false });
	const navigate = useNavigate();
	const router = useRouter();
	const dispatch = useAppDispatch();
	const sign_out = useSignOut();
	const shortcuts = useAppSelector(({ prefs }) => prefs.shortcuts);
	const { data: projects } = api.useProjectListQuery({});

	const general = useMemo<Action[]>(
		() => [
			{
				id: "palette",
				label: "Search or jump",
				group: "Everywhere",
				keys: ["Ctrl+K"],
				perform: open_palette,
			},
			{
				id: "help",
				label: "Keyboard shortcuts",
				group: "Everywhere",
				keys: ["?"],
				perform: open_help,
			},
			{
				id: "projects",
				label: "Projects",
				group: "Everywhere",
				keys: ["g p"],
				perform: () => navigate({ to: "/projects" }),
			},
			{
				id: "profile",
				label: "Profile",
				group: "Everywhere",
				keys: ["g m"],
				perform: () => navigate({ to: "/me" }),
			},
			...(["light", "dark", "system"] as const).map((scheme) => ({
				id: `scheme-${scheme}`,
				label: scheme === "system" ? "Theme: as the system" : `Theme: ${scheme}`,
				group: "Preferences",
				keys: [],
				perform: () => dispatch(prefs_changed({ scheme })),
			})),
			{ id: "sign-out", label: "Sign out", group: "Everywhere", keys: [], perform: sign_out },
		],
		[navigate, dispatch, sign_out, open_palette, open_help],
	);

	const places = useMemo<Action[]>(() => {
		if (!project) return [];
		const go = (to: "" | "/sources" | "/files" | "/reconciliations") => () =>
			navigate({ to: `/p/$project${to}`, params: { project } });
		const group = "Go to";
		return [
			{ id: "go-dashboard", label: "Dashboard", group, keys: ["g d"], perform: go("") },
			{ id: "go-sources", label: "Sources", group, keys: ["g s"], perform: go("/sources") },
			{ id: "go-files", label: "Files", group, keys: ["g f"], perform: go("/files") },
			{
				id: "go-reconciliations",
				label: "Reconciliations",
				group,
				keys: ["g r"],
				perform: go("/reconciliations"),
			},
		];
	}, [project, navigate]);

	const switches = useMemo<Action[]>(
		() =>
			(projects?.items ?? [])
				.filter(({ id }) => id !== project)
				.map(({ id, name }) => ({
					id: `project-${id}`,
					label: name,
					group: "Project",
					keys: [],
					perform: () => navigate({ to: "/p/$project", params: { project: id } }),
				})),
		[projects, project, navigate],
	);

	useRegisterActions(general);
	useRegisterActions(places);
	useRegisterActions(switches);
	// Page actions with single keys belong to the grid; only these are global.
	const registered = useActions();
	const global = useMemo(
		() => registered.filter(({ group }) => group === "Everywhere" || group === "Go to"),
		[registered],
	);
	useGlobalKeys(global, shortcuts);

	// A page that is reached by a key or a link starts at its top, with the focus on its content.
	useEffect(
		() =>
			router.subscribe("onResolved", ({ pathChanged }) => {
				if (pathChanged) document.getElementById("content")?.scrollTo({ top: 0 });
			}),
		[router],
	);
}
