import { useNavigate } from "@tanstack/react-router";
import * as z from "zod/mini";
import { api, type Source } from "@/api";
import { Button, Dialog, ProblemNotice, SelectField, TextField } from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";
import { show_problem, useZodForm } from "@/lib/form";

const FORM = "create-reconciliation";
const schema = z
	.object({
		name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(120)),
		left: z.string().check(z.minLength(1, "Choose the left source.")),
		right: z.string().check(z.minLength(1, "Choose the right source.")),
	})
	.check(
		z.refine(({ left, right }) => left !== right, {
			path: ["right"],
			message: "The two sides must be different sources.",
		}),
	);

type Values = z.infer<typeof schema>;

interface CreateReconciliationDialogProps {
	project: string;
	sources: readonly Source[];
	open: boolean;
	on_close: () => void;
}

/** The ledger to the left, what it is held against to the right. */
function usual_sides(sources: readonly Source[]): Pick<Values, "left" | "right"> {
	const left = sources.find(({ kind }) => kind === "ledger" || kind === "orders") ?? sources[0];
	const right = sources.find(({ id, kind }) => id !== left?.id && kind !== left?.kind);
	const other = sources.find(({ id }) => id !== left?.id);
	return { left: left?.id ?? "", right: (right ?? other)?.id ?? "" };
}

export function CreateReconciliationDialog(props: CreateReconciliationDialogProps) {
	const { project, sources, open, on_close } = props;
	const navigate = useNavigate();
	const [create, { error, isLoading, reset }] = api.useReconciliationCreateMutation();
	const close = () => {
		reset();
		on_close();
	};
	const save = async (reconciliationNew: Values) => {
		const { id } = await create({ project, reconciliationNew }).unwrap();
		await navigate({ to: "/p/$project/reconciliations/$rec", params: { project, rec: id } });
	};
	return (
		<Dialog
			open={open}
			on_close={close}
			title="New reconciliation"
			description="Rules are proposed from the data; you can refine them later."
			actions={
				<>
					<Button variant="ghost" onClick={close}>
						Cancel
					</Button>
					<Button type="submit" form={FORM} variant="primary" busy={isLoading}>
						Create reconciliation
					</Button>
				</>
			}
		>
			{error && <ProblemNotice problem={error} />}
			<ReconciliationForm sources={sources} save={save} />
		</Dialog>
	);
}

interface ReconciliationFormProps {
	sources: readonly Source[];
	save: (values: Values) => Promise<void>;
}

function ReconciliationForm({ sources, save }: ReconciliationFormProps) {
	const form = useZodForm<Values>(schema, { name: "", ...usual_sides(sources) });
	const { errors } = form.formState;
	const options = [
		{ value: "", label: "Choose a source" },
		...sources.map(({ id, name }) => ({ value: id, label: name })),
	];
	const submit = form.handleSubmit((values) =>
		save(values).catch((error: unknown) => show_problem(form, error)),
	);
	return (
		<FormStack id={FORM} onSubmit={submit}>
			<TextField
				label="Name"
				placeholder="November ledger against bank"
				autoFocus
				error={errors.name?.message}
				{...form.register("name")}
			/>
			<SelectField
				label="Left source"
				options={options}
				error={errors.left?.message}
				{...form.register("left")}
			/>
			<SelectField
				label="Right source"
				options={options}
				error={errors.right?.message}
				{...form.register("right")}
			/>
		</FormStack>
	);
}
