import type { FormEvent } from "react";
import { api } from "@/api";
import { ProblemNotice, TextField } from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";

interface StepUpFormProps {
	/** The id of the form, for the button that submits it. */
	id: string;
	/** Why the password is asked for. */
	why: string;
	on_done: () => Promise<void>;
}

/** Asks for the password before a sensitive act. */
export function StepUpForm({ id, why, on_done }: StepUpFormProps) {
	const [confirm, { error }] = api.useSessionStepUpMutation();
	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const password = new FormData(event.currentTarget).get("password");
		const result = await confirm({ stepUp: { password: String(password ?? "") } });
		if (!result.error) await on_done();
	};
	return (
		<FormStack id={id} onSubmit={submit}>
			<p>{why}</p>
			{error && <ProblemNotice problem={error} />}
			<TextField
				label="Password"
				name="password"
				type="password"
				required
				autoFocus
				autoComplete="current-password"
			/>
		</FormStack>
	);
}
