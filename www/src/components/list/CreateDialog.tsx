/* A dialog around one form that makes something: its buttons, its failure, and closing. */
import type { ReactNode } from "react";
import { Button, Dialog, ProblemNotice } from "@/components/ui";

interface CreateDialogProps {
	/** The id of the form inside. */
	form: string;
	title: string;
	description: string;
	/** What the main button says. */
	action: string;
	open: boolean;
	on_close: () => void;
	/** The state of the mutation. */
	call: { error?: unknown; isLoading: boolean; reset: () => void };
	children: ReactNode;
}

export function CreateDialog(props: CreateDialogProps) {
	const { form, title, description, action, open, on_close, call, children } = props;
	const close = () => {
		call.reset();
		on_close();
	};
	return (
		<Dialog
			open={open}
			on_close={close}
			title={title}
			description={description}
			actions={
				<>
					<Button variant="ghost" onClick={close}>
						Cancel
					</Button>
					<Button type="submit" form={form} variant="primary" busy={call.isLoading}>
						{action}
					</Button>
				</>
			}
		>
			{call.error != null && <ProblemNotice problem={call.error} />}
			{children}
		</Dialog>
	);
}
