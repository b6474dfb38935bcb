import { useMemo } from "react";
import * as z from "zod/mini";
import { api } from "@/api";
import { CreateDialog } from "@/components/list/CreateDialog";
import { SelectField, TextField, useToast } from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";
import { useSavingForm } from "@/lib/form";
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
	const [create, call] = api.useSourceCreateMutation();
	const { say } = useToast();
	const save = async ({ currency: chosen, ...values }: Values) => {
		const sourceNew = { ...values, ...(chosen && { currency: chosen }) };
		const source = await create({ project, sourceNew }).unwrap();
		say(`Source “${source.name}” created`);
		on_close();
	};
	return (
		<CreateDialog
			form={FORM}
			title="New source"
			description="What its columns mean is asked when the first file has been read."
			action="Create source"
			open={open}
			on_close={on_close}
			call={call}
		>
			<SourceForm currency={currency} save={save} />
		</CreateDialog>
	);
}

interface SourceFormProps {
	currency: string;
	save: (values: Values) => Promise<void>;
}

function SourceForm({ currency, save }: SourceFormProps) {
	const zones = useMemo(zone_choices, []);
	const currencies = useMemo(
		() => [{ value: "", label: "Given in each row" }, ...currency_choices()],
		[],
	);
	const { field, submit } = useSavingForm<Values>(
		schema,
		{ name: "", kind: "ledger", currency, time_zone: own_zone() },
		save,
	);
	return (
		<FormStack id={FORM} onSubmit={submit}>
			<TextField label="Name" placeholder="Main bank account" autoFocus {...field("name")} />
			<SelectField label="Kind" options={kind_options} {...field("kind")} />
			<SelectField label="Currency" options={currencies} {...field("currency")} />
			<SelectField
				label="Time zone"
				options={zones}
				hint="Turns the files' date-times into days."
				{...field("time_zone")}
			/>
		</FormStack>
	);
}
