import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import * as z from "zod/mini";
import { api } from "@/api";
import { CreateDialog } from "@/components/list/CreateDialog";
import { SelectField, TextField } from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";
import { useSavingForm } from "@/lib/form";
import { currency_choices, own_zone, zone_choices } from "@/lib/zones";

const FORM = "create-project";
const schema = z.object({
	name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(120)),
	time_zone: z.string(),
	base_currency: z.string(),
});

type Values = z.infer<typeof schema>;

interface CreateProjectDialogProps {
	open: boolean;
	on_close: () => void;
}

export function CreateProjectDialog({ open, on_close }: CreateProjectDialogProps) {
	const navigate = useNavigate();
	const [create, call] = api.useProjectCreateMutation();
	const save = async (projectNew: Values) => {
		const project = await create({ projectNew }).unwrap();
		await navigate({ to: "/p/$project", params: { project: project.id } });
	};
	return (
		<CreateDialog
			form={FORM}
			title="New project"
			description="You become its owner and can add colleagues."
			action="Create project"
			open={open}
			on_close={on_close}
			call={call}
		>
			<ProjectForm save={save} />
		</CreateDialog>
	);
}

function ProjectForm({ save }: { save: (values: Values) => Promise<void> }) {
	const zones = useMemo(zone_choices, []);
	const currencies = useMemo(currency_choices, []);
	const { field, submit } = useSavingForm<Values>(
		schema,
		{ name: "", time_zone: own_zone(), base_currency: "EUR" },
		save,
	);
	return (
		<FormStack id={FORM} onSubmit={submit}>
			<TextField label="Name" placeholder="Group treasury" autoFocus {...field("name")} />
			<SelectField label="Base currency" options={currencies} {...field("base_currency")} />
			<SelectField
				label="Time zone"
				options={zones}
				hint="Periods begin and end by this clock."
				{...field("time_zone")}
			/>
		</FormStack>
	);
}
