import { Link, useNavigate, useParams } from "@tanstack/react-router";
import {
	Check,
	ChevronsUpDown,
	Database,
	Files,
	LayoutDashboard,
	LogOut,
	type LucideIcon,
	MonitorCog,
	Moon,
	Plus,
	Scale,
	Sun,
	User,
} from "lucide-react";
import { api, prefs_changed, type Scheme } from "@/api";
import { useAppDispatch, useAppSelector } from "@/api/state";
import { Menu, MenuGroup, MenuItem, MenuSeparator, VisuallyHidden } from "@/components/ui";
import { Logo } from "@/components/ui/Logo";
import { cx } from "@/lib/cx";
import styles from "./Navigation.module.css";
import { useSignOut } from "./useSignOut";

const PLACES = [
	{ to: "/p/$project", label: "Dashboard", icon: LayoutDashboard, exact: true },
	{ to: "/p/$project/reconciliations", label: "Reconciliations", icon: Scale, exact: false },
	{ to: "/p/$project/files", label: "Files", icon: Files, exact: false },
	{ to: "/p/$project/sources", label: "Sources", icon: Database, exact: false },
] as const;

const SCHEMES: ReadonlyArray<{ scheme: Scheme; label: string; icon: LucideIcon }> = [
	{ scheme: "system", label: "As the system", icon: MonitorCog },
	{ scheme: "light", label: "Light", icon: Sun },
	{ scheme: "dark", label: "Dark", icon: Moon },
];

export function Navigation() {
	const { project } = useParams({ strict: false });
	return (
		<nav aria-label="Main" className={styles.nav}>
			<Link to="/" className={styles.brand}>
				<Logo size={22} />
				<span className={styles.text}>Recon</span>
			</Link>
			<ProjectSwitcher current={project} />
			{project && (
				<ul className={styles.places}>
					{PLACES.map(({ to, label, icon: Icon, exact }) => (
						<li key={to}>
							<Link
								to={to}
								params={{ project }}
								activeOptions={{ exact, includeSearch: false }}
								className={styles.place}
								title={label}
								activeProps={{ "aria-current": "page", "data-active": true }}
							>
								<Icon size={16} aria-hidden />
								<span className={styles.text}>{label}</span>
							</Link>
						</li>
					))}
				</ul>
			)}
			<div className={styles.foot}>
				<UserMenu />
			</div>
		</nav>
	);
}

function ProjectSwitcher({ current }: { current: string | undefined }) {
	const navigate = useNavigate();
	const { data } = api.useProjectListQuery({});
	const projects = data?.items ?? [];
	const name = projects.find(({ id }) => id === current)?.name ?? "Choose a project";
	return (
		<Menu
			trigger={
				<button type="button" className={styles.switcher} aria-label={`Project: ${name}`}>
					<span className={cx(styles.switcher_name, styles.text)}>{name}</span>
					<ChevronsUpDown size={14} aria-hidden />
				</button>
			}
		>
			<MenuGroup label="Projects">
				{projects.map(({ id, name: label }) => (
					<MenuItem
						key={id}
						icon={id === current && <Check size={14} aria-hidden />}
						on_select={() => navigate({ to: "/p/$project", params: { project: id } })}
					>
						{label}
					</MenuItem>
				))}
			</MenuGroup>
			<MenuSeparator />
			<MenuItem on_select={() => navigate({ to: "/projects" })}>All projects</MenuItem>
			<MenuItem
				icon={<Plus size={14} aria-hidden />}
				on_select={() => navigate({ to: "/projects", search: { create: "yes" } })}
			>
				New project
			</MenuItem>
		</Menu>
	);
}

function initials(name: string): string {
	const words = name.split(/\s+/).filter(Boolean);
	const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
	return letters.map((word) => [...(word ?? "?")][0]?.toUpperCase()).join("");
}

function UserMenu() {
	const navigate = useNavigate();
	const dispatch = useAppDispatch();
	const sign_out = useSignOut();
	const user = useAppSelector(({ session }) => session.info?.user);
	const scheme = useAppSelector(({ prefs }) => prefs.scheme);
	if (!user) return null;
	return (
		<Menu
			trigger={
				<button type="button" className={styles.user}>
					<span className={styles.avatar} aria-hidden>
						{initials(user.display_name || user.email)}
					</span>
					<span className={cx(styles.user_text, styles.text)}>
						<VisuallyHidden>Account of </VisuallyHidden>
						<span className={styles.user_name}>{user.display_name}</span>
						<span className={styles.user_mail}>{user.email}</span>
					</span>
				</button>
			}
		>
			<MenuItem icon={<User size={14} aria-hidden />} on_select={() => navigate({ to: "/me" })}>
				Profile, sessions and keys
			</MenuItem>
			<MenuSeparator />
			<MenuGroup label="Theme">
				{SCHEMES.map(({ scheme: value, label, icon: Icon }) => (
					<MenuItem
						key={value}
						icon={<Icon size={14} aria-hidden />}
						hint={value === scheme && <Check size={14} aria-label="chosen" />}
						on_select={() => dispatch(prefs_changed({ scheme: value }))}
					>
						{label}
					</MenuItem>
				))}
			</MenuGroup>
			<MenuSeparator />
			<MenuItem icon={<LogOut size={14} aria-hidden />} on_select={sign_out}>
				Sign out
			</MenuItem>
		</Menu>
	);
}
