import { type Density, prefs_changed, type Scheme } from "@/api";
import { useAppDispatch, useAppSelector } from "@/api/state";
import { Card, Segmented } from "@/components/ui";
import styles from "./Preferences.module.css";

const SCHEMES: ReadonlyArray<{ value: Scheme; label: string }> = [
	{ value: "system", label: "As the system" },
	{ value: "light", label: "Light" },
	{ value: "dark", label: "Dark" },
];
const DENSITIES: ReadonlyArray<{ value: Density; label: string }> = [
	{ value: "compact", label: "Compact" },
	{ value: "cosy", label: "Cosy" },
];
const SHORTCUTS = [
	{ value: "on", label: "On" },
	{ value: "off", label: "Off" },
] as const;

export function Preferences() {
	const dispatch = useAppDispatch();
	const { scheme, density, shortcuts } = useAppSelector(({ prefs }) => prefs);
	return (
		<Card title="Preferences" description="Kept in this browser">
			<dl className={styles.list}>
				<div>
					<dt>Theme</dt>
					<dd>
						<Segmented
							label="Theme"
							value={scheme}
							options={SCHEMES}
							on_change={(value) => dispatch(prefs_changed({ scheme: value }))}
						/>
					</dd>
				</div>
				<div>
					<dt>Rows of grids</dt>
					<dd>
						<Segmented
							label="Rows of grids"
							value={density}
							options={DENSITIES}
							on_change={(value) => dispatch(prefs_changed({ density: value }))}
						/>
					</dd>
				</div>
				<div>
					<dt>Single-key shortcuts</dt>
					<dd>
						<Segmented
							label="Single-key shortcuts"
							value={shortcuts ? "on" : "off"}
							options={SHORTCUTS}
							on_change={(value) => dispatch(prefs_changed({ shortcuts: value === "on" }))}
						/>
					</dd>
				</div>
			</dl>
		</Card>
	);
}
