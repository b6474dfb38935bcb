import { getRouteApi } from "@tanstack/react-router";
import { useAppSelector } from "@/api/state";
import { PageHeader, Segmented } from "@/components/ui";
import { ApiKeys } from "./ApiKeys";
import { Preferences } from "./Preferences";
import styles from "./ProfilePage.module.css";
import { Sessions } from "./Sessions";

const route = getRouteApi("/shell/me");
const TABS = [
	{ value: "sessions", label: "Sessions" },
	{ value: "keys", label: "API keys" },
	{ value: "preferences", label: "Preferences" },
] as const;

export function ProfilePage() {
	const { tab = "sessions" } = route.useSearch();
	const navigate = route.useNavigate();
	const user = useAppSelector(({ session }) => session.info?.user);
	return (
		<div className={styles.page}>
			<PageHeader title={user?.display_name || "Profile"} description={user?.email} />
			<Segmented
				label="Part of the profile"
				value={tab}
				options={TABS}
				on_change={(value) => navigate({ search: { tab: value }, replace: true })}
			/>
			{tab === "sessions" && <Sessions />}
			{tab === "keys" && <ApiKeys />}
			{tab === "preferences" && <Preferences />}
		</div>
	);
}
