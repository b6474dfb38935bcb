import { Dialog, Kbd } from "@/components/ui";
import type { Action } from "@/lib/keymap";
import { useActions } from "./ActionsProvider";
import styles from "./HelpDialog.module.css";

function by_group(actions: readonly Action[]): Array<[string, Action[]]> {
	const groups = new Map<string, Action[]>();
	for (const action of actions) {
		if (action.keys.length === 0) continue;
		groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
	}
	return [...groups];
}

interface HelpDialogProps {
	open: boolean;
	on_close: () => void;
}

export function HelpDialog({ open, on_close }: HelpDialogProps) {
	const groups = by_group(useActions());
	return (
		<Dialog
			open={open}
			on_close={on_close}
			title="Keyboard shortcuts"
			description="Single keys work in the grid while it has the focus; turn them off in your profile."
			wide
		>
			<div className={styles.columns}>
				{groups.map(([group, actions]) => (
					<section key={group} className={styles.group}>
						<h3 className={styles.heading}>{group}</h3>
						<dl className={styles.list}>
							{actions.map((action) => (
								<div key={action.id} className={styles.row}>
									<dt>{action.label}</dt>
									<dd className={styles.keys}>
										{action.keys.map((keys) => (
											<Kbd key={keys} keys={keys} />
										))}
									</dd>
								</div>
							))}
						</dl>
					</section>
				))}
			</div>
		</Dialog>
	);
}
