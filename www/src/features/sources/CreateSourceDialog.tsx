import { useMemo } from "react";
import * as z from "zod/mini";
import { api } from "@/api";
import { Button, Dialog, ProblemNotice, SelectField, TextField, useToast } from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";
import { show_problem, useZodForm } from "@/lib/form";
import { SOURCE_KINDS } from "@/lib/words";
import { currency_choices, own_zone, zone_choices } from "@/lib/zones";

const FORM = "create-source";
const KINDS = ["ledger", "bank", "orders", "settlements", "other"] as const;
const kind_options = KINDS.map((value) => ({ value, label: SOURCE_KINDS[value]?.label ?? value }));
const schema = z.object({
	name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(120)),
	kind: z.enum(KINDS),
	currency: z.string(),
	time_zone: z.string(),
});

type Values = z.infer<typeof schema>;

interface CreateSourceDialogProps {
	project: string;
	currency: string;
	open: boolean;
	on_close: () => void;
}

export function CreateSourceDialog(props: CreateSourceDialogProps) {
	const { project, currency, open, on_close } = props;
	const [create, { error, isLoading, reset }] = api.useSourceCreateMutation();
	const { say } = useToast();
	const close = () => {
		reset();
		on_close();
	};
	const save = async ({ currency: chosen, ...values }: Values) => {
		const sourceNew = { ...values, ...(chosen && { currency: chosen }) };
		const source = await create({ project, sourceNew }).unwrap();
		say(`Source “${source.name}” created`);
		close();
	};
	return (
		<Dialog
			open={open}
			on_close={close}
			title="New source"
			description="What its columns mean is asked when the first file has been read."
			actions={
				<>
					<Button variant="ghost" onClick={close}>
						Cancel
					</Button>
					<Button type="submit" form={FORM} variant="primary" busy={isLoading}>
						Create source
					</Button>
				</>
			}
		>
			{error && <ProblemNotice problem={error} />}
			<CreateSourceForm currency={currency} save={save} />
		</Dialog>
	);
}

interface CreateSourceFormProps {
	currency: string;
	save: (values: Values) => Promise<void>;
}

function CreateSourceForm({ currency, save }: CreateSourceFormProps) {
	const zones = useMemo(zone_choices, []);
	const currencies = useMemo(
		() => [{ value: "", label: "Given in each row" }, ...currency_choices()],
		[],
	);
	const form = useZodForm(schema, { name: "", kind: "ledger", currency, time_zone: own_zone() });
	const { errors } = form.formState;
	const submit = form.handleSubmit((values) =>
		save(values).catch((error: unknown) => show_problem(form, error)),
	);
	return (
		<FormStack id={FORM} onSubmit={submit}>
			<TextField
				label="Name"
				placeholder="Main bank account"
				autoFocus
				error={errors.name?.message}
				{...form.register("name")}
			/>
			<SelectField
				label="Kind"
				options={kind_options}
				error={errors.kind?.message}
				{...form.register("kind")}
			/>
			<SelectField
				label="Currency"
				options={currencies}
				error={errors.currency?.message}
				{...form.register("currency")}
			/>
			<SelectField
				label="Time zone"
				options={zones}
				hint="Turns the files' date-times into days."
				error={errors.time_zone?.message}
				{...form.register("time_zone")}
			/>
		</FormStack>
	);
}
