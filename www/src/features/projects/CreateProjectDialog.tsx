import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import * as z from "zod/mini";
import { api } from "@/api";
import { Button, Dialog, ProblemNotice, SelectField, TextField } from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";
import { show_problem, useZodForm } from "@/lib/form";
import { currency_choices, own_zone, zone_choices } from "@/lib/zones";

const FORM = "create-project";
const schema = z.object({
	name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(120)),
	time_zone: z.string(),
	base_currency: z.string(),
});

interface CreateProjectDialogProps {
	open: boolean;
	on_close: () => void;
}

export function CreateProjectDialog({ open, on_close }: CreateProjectDialogProps) {
	const [create, { error, isLoading, reset }] = api.useProjectCreateMutation();
	const close = () => {
		reset();
		on_close();
	};
	return (
		<Dialog
			open={open}
			on_close={close}
			title="New project"
			description="You become its owner and can add colleagues."
			actions={
				<>
					<Button variant="ghost" onClick={close}>
						Cancel
					</Button>
					<Button type="submit" form={FORM} variant="primary" busy={isLoading}>
						Create project
					</Button>
				</>
			}
		>
			{error && <ProblemNotice problem={error} />}
			<CreateProjectForm create={(projectNew) => create({ projectNew }).unwrap()} />
		</Dialog>
	);
}

interface CreateProjectFormProps {
	create: (body: z.infer<typeof schema>) => Promise<{ id: string }>;
}

function CreateProjectForm({ create }: CreateProjectFormProps) {
	const navigate = useNavigate();
	const zones = useMemo(zone_choices, []);
	const currencies = useMemo(currency_choices, []);
	const form = useZodForm(schema, { name: "", time_zone: own_zone(), base_currency: "EUR" });
	const { errors } = form.formState;

	const submit = form.handleSubmit(async (values) => {
		try {
			const project = await create(values);
			await navigate({ to: "/p/$project", params: { project: project.id } });
		} catch (error) {
			show_problem(form, error);
		}
	});
	return (
		<FormStack id={FORM} onSubmit={submit}>
			<TextField
				label="Name"
				placeholder="Group treasury"
				autoFocus
				error={errors.name?.message}
				{...form.register("name")}
			/>
			<SelectField
				label="Base currency"
				options={currencies}
				error={errors.base_currency?.message}
				{...form.register("base_currency")}
			/>
			<SelectField
				label="Time zone"
				options={zones}
				hint="Periods begin and end by this clock."
				error={errors.time_zone?.message}
				{...form.register("time_zone")}
			/>
		</FormStack>
	);
}
