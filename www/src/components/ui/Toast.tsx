import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { type ReactNode, useCallback, useMemo } from "react";
import { type Problem, to_problem } from "@/api/problem";
import { cx } from "@/lib/cx";
import { IconButton } from "./Button";
import styles from "./Toast.module.css";

const UNDO_MS = 10_000;
const ERROR_MS = 12_000;

export interface ToastAction {
	label: string;
	perform: () => void;
}

interface Toaster {
	/** Says what happened; with an action (such as undo) it stays for ten seconds. */
	say: (title: string, action?: ToastAction) => void;
	/** Says what failed, in the server's words, with the request id. */
	fail: (error: unknown) => void;
}

function problem_text({ detail, request_id }: Problem): string {
	return [detail, request_id && `Request ${request_id}`].filter(Boolean).join(" ");
}

export function useToast(): Toaster {
	const { add } = Base.useToastManager();
	const say = useCallback(
		(title: string, action?: ToastAction) => {
			add({
				title,
				timeout: action ? UNDO_MS : undefined,
				actionProps: action && { children: action.label, onClick: action.perform },
			});
		},
		[add],
	);
	const fail = useCallback(
		(error: unknown) => {
			const problem = to_problem(error);
			add({
				title: problem.title,
				description: problem_text(problem),
				type: "bad",
				timeout: ERROR_MS,
			});
		},
		[add],
	);
	return useMemo(() => ({ say, fail }), [say, fail]);
}

function ToastList() {
	const { toasts, close } = Base.useToastManager();
	return toasts.map((toast) => (
		<Base.Root
			key={toast.id}
			toast={toast}
			className={cx(styles.toast, toast.type === "bad" && styles.bad)}
		>
			<Base.Content className={styles.content}>
				<Base.Title className={styles.title} />
				<Base.Description className={styles.description} />
			</Base.Content>
			{toast.actionProps && <Base.Action className={styles.action} />}
			{/* Base.Close is hidden from assistive technology until its stack is hovered over. */}
			<IconButton label="Dismiss" className={styles.close} onClick={() => close(toast.id)}>
				<X size={14} aria-hidden />
			</IconButton>
		</Base.Root>
	));
}

export function ToastProvider({ children }: { children: ReactNode }) {
	return (
		<Base.Provider limit={4}>
			{children}
			<Base.Portal>
				<Base.Viewport className={styles.viewport}>
					<ToastList />
				</Base.Viewport>
			</Base.Portal>
		</Base.Provider>
	);
}
