import { useNavigate } from "@tanstack/react-router";
import * as z from "zod/mini";
import { api, type Source } from "@/api";
import { CreateDialog } from "@/components/list/CreateDialog";
import { SelectField, TextField } from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";
import { useSavingForm } from "@/lib/form";

const FORM = "create-reconciliation";
const schema = z
	.object({
		name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(120)),
		left: z.string().check(z.minLength(1, "Choose the left source.")),
		right: z.string().check(z.minLength(1, "Choose the right source.")),
		advice: z.string(),
	})
	.check(
		z.refine(({ left, right }) => left !== right, {
			path: ["right"],
			message: "The two sides must be different sources.",
		}),
		z.refine(({ left, right, advice }) => advice === "" || ![left, right].includes(advice), {
			path: ["advice"],
			message: "The advice is a source of its own.",
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
	const [create, call] = api.useReconciliationCreateMutation();
	const save = async ({ advice, ...values }: Values) => {
		const reconciliationNew = { ...values, ...(advice && { advice }) };
		const { id } = await create({ project, reconciliationNew }).unwrap();
		await navigate({ to: "/p/$project/reconciliations/$rec", params: { project, rec: id } });
	};
	return (
		<CreateDialog
			form={FORM}
			title="New reconciliation"
			description="Rules are proposed from the data; you can refine them later."
			action="Create reconciliation"
			open={open}
			on_close={on_close}
			call={call}
		>
			<ReconciliationForm sources={sources} save={save} />
		</CreateDialog>
	);
}

interface ReconciliationFormProps {
	sources: readonly Source[];
	save: (values: Values) => Promise<void>;
}

function ReconciliationForm({ sources, save }: ReconciliationFormProps) {
	const { field, submit } = useSavingForm<Values>(
		schema,
		{ name: "", advice: "", ...usual_sides(sources) },
		save,
	);
	const choices = sources.map(({ id, name }) => ({ value: id, label: name }));
	const sides = [{ value: "", label: "Choose a source" }, ...choices];
	return (
		<FormStack id={FORM} onSubmit={submit}>
			<TextField
				label="Name"
				placeholder="November ledger against bank"
				autoFocus
				{...field("name")}
			/>
			<SelectField label="Left source" options={sides} {...field("left")} />
			<SelectField label="Right source" options={sides} {...field("right")} />
			{sources.length > 2 && (
				<SelectField
					label="Advice"
					options={[{ value: "", label: "None" }, ...choices]}
					hint="Lines that say which record settles which: remittance advice, a payout report."
					{...field("advice")}
				/>
			)}
		</FormStack>
	);
}
