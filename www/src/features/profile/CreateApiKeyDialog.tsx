/*
 * A new key in up to three steps: what it may do, the password again when the last one was given too
 * long ago, and the secret, shown this once.
 */
import { useState } from "react";
import * as z from "zod/mini";
import { type ApiKeyCreated, type ApiKeyNew, api, is_problem } from "@/api";
import { StepUpForm } from "@/components/session/StepUpForm";
import {
	Button,
	CopyButton,
	Dialog,
	Notice,
	ProblemNotice,
	SelectField,
	TextField,
} from "@/components/ui";
import { FormStack } from "@/components/ui/FormStack";
import { useZodForm } from "@/lib/form";
import styles from "./CreateApiKeyDialog.module.css";

const FORM = "create-api-key";
const SCOPES = ["read", "upload", "run", "decide", "manage"] as const;
const SCOPE_TEXT: Readonly<Record<(typeof SCOPES)[number], string>> = {
	read: "Read everything you can see",
	upload: "Upload files",
	run: "Start and cancel jobs",
	decide: "Decide on matches",
	manage: "Change projects, sources and rules",
};
const LIFETIMES = [
	{ value: "30", label: "30 days" },
	{ value: "90", label: "90 days" },
	{ value: "365", label: "1 year" },
];
const schema = z.object({
	name: z.string().check(z.trim(), z.minLength(1, "Give it a name."), z.maxLength(120)),
	scopes: z.array(z.enum(SCOPES)).check(z.minLength(1, "Choose at least one.")),
	expires_in_days: z.string(),
});
type Values = z.infer<typeof schema>;

interface CreateApiKeyDialogProps {
	open: boolean;
	on_close: () => void;
}

type Step =
	| { name: "form" }
	| { name: "password"; wanted: ApiKeyNew }
	| { name: "secret"; created: ApiKeyCreated };

const TITLES: Readonly<Record<Step["name"], string>> = {
	form: "New API key",
	password: "Confirm your password",
	secret: "Copy the key now",
};

export function CreateApiKeyDialog({ open, on_close }: CreateApiKeyDialogProps) {
	const [step, set_step] = useState<Step>({ name: "form" });
	const [create, { error, isLoading, reset }] = api.useApiKeyCreateMutation();
	const close = () => {
		set_step({ name: "form" });
		reset();
		on_close();
	};
	const save = async (apiKeyNew: ApiKeyNew) => {
		const result = await create({ apiKeyNew });
		if (result.data) set_step({ name: "secret", created: result.data });
		else if (is_problem(result.error) && result.error.code === "step_up") {
			set_step({ name: "password", wanted: apiKeyNew });
		}
	};
	const asks_password = is_problem(error) && error.code === "step_up";
	return (
		<Dialog
			open={open}
			on_close={close}
			title={TITLES[step.name]}
			actions={
				step.name === "secret" ? (
					<Button variant="primary" onClick={close}>
						I have stored it
					</Button>
				) : (
					<>
						<Button variant="ghost" onClick={close}>
							Cancel
						</Button>
						<Button type="submit" form={FORM} variant="primary" busy={isLoading}>
							{step.name === "form" ? "Create key" : "Confirm"}
						</Button>
					</>
				)
			}
		>
			{error && !asks_password && <ProblemNotice problem={error} />}
			{step.name === "form" && <KeyForm save={save} />}
			{step.name === "password" && (
				<StepUpForm
					id={FORM}
					why="A key acts in your name, so it needs a fresh sign of you."
					on_done={() => save(step.wanted)}
				/>
			)}
			{step.name === "secret" && <Secret created={step.created} />}
		</Dialog>
	);
}

function KeyForm({ save }: { save: (key: ApiKeyNew) => Promise<void> }) {
	const form = useZodForm<Values>(schema, { name: "", scopes: ["read"], expires_in_days: "90" });
	const { errors } = form.formState;
	const submit = form.handleSubmit(({ name, scopes, expires_in_days }) =>
		save({ name, scopes, expires_in_days: Number(expires_in_days) }),
	);
	return (
		<FormStack id={FORM} onSubmit={submit}>
			<TextField
				label="Name"
				placeholder="Nightly import"
				autoFocus
				error={errors.name?.message}
				{...form.register("name")}
			/>
			<fieldset className={styles.scopes}>
				<legend className={styles.legend}>It may</legend>
				{SCOPES.map((scope) => (
					<label key={scope} className={styles.scope}>
						<input type="checkbox" value={scope} {...form.register("scopes")} />
						{SCOPE_TEXT[scope]}
					</label>
				))}
				{errors.scopes && <p className={styles.error}>{errors.scopes.message}</p>}
			</fieldset>
			<SelectField
				label="Expires after"
				options={LIFETIMES}
				{...form.register("expires_in_days")}
			/>
		</FormStack>
	);
}

function Secret({ created }: { created: ApiKeyCreated }) {
	return (
		<div className={styles.secret}>
			<Notice tone="warn" title="This is the only time it is shown." />
			<p className={styles.key}>
				<code>{created.secret}</code>
				<CopyButton text={created.secret} label="Copy the key" />
			</p>
		</div>
	);
}
