/* Taking a dataset back: it stays to be seen, and no job uses it any more. */
import { Undo2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, type Dataset } from "@/api";
import { Button, Dialog, ProblemNotice, TextField, useToast } from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";

const FORM = "reverse-dataset";

export function Reverse({ project, dataset }: { project: string; dataset: Dataset }) {
	const [open, set_open] = useState(false);
	const [reverse, { error, isLoading, reset }] = api.useDatasetReverseMutation();
	const { say } = useToast();
	const close = () => {
		reset();
		set_open(false);
	};
	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const note = String(new FormData(event.currentTarget).get("note") ?? "").trim();
		const result = await reverse({
			project,
			dataset: dataset.id,
			reverse: { note },
		});
		if (result.error) return;
		close();
		say("The dataset was taken back.");
	};
	return (
		<>
			<Button icon={<Undo2 size={14} aria-hidden />} onClick={() => set_open(true)}>
				Take the dataset back
			</Button>
			<Dialog
				open={open}
				on_close={close}
				title="Take this dataset back?"
				description="Its rows stay to be seen, but no job uses them any more. This cannot be undone; the file can be handed in again."
				actions={
					<>
						<Button variant="ghost" onClick={close}>
							Cancel
						</Button>
						<Button type="submit" form={FORM} variant="danger" busy={isLoading}>
							Take back
						</Button>
					</>
				}
			>
				<FormStack id={FORM} onSubmit={submit}>
					{error && <ProblemNotice problem={error} />}
					<TextField label="Why" name="note" required maxLength={4000} autoFocus />
				</FormStack>
			</Dialog>
		</>
	);
}
