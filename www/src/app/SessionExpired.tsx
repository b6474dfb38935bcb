/*
 * The session ended while a page was open. The page stays as it is, with all that was typed, until the
 * same person signs in again.
 */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, session_began, session_ended, to_problem } from "@/api";
import { useAppDispatch, useAppSelector } from "@/api/state";
import { Button, Dialog, ProblemNotice, TextField } from "@/components/ui";
import styles from "./SessionExpired.module.css";

const FORM = "session-expired-form";

export function SessionExpired() {
	const dispatch = useAppDispatch();
	const navigate = useNavigate();
	const { status, info } = useAppSelector(({ session }) => session);
	const [sign_in, { error, isLoading, reset }] = api.useSessionCreateMutation();
	const [give_code, second] = api.useSessionSecondFactorMutation();
	const [password, set_password] = useState("");
	const [code, set_code] = useState("");
	const email = info?.user.email ?? "";
	const problem = second.error ?? error;
	const awaiting = !!error && to_problem(error).code === "second_factor";

	const submit = async (event: FormEvent) => {
		event.preventDefault();
		const { data } = awaiting
			? await give_code({ secondFactor: { code: code.trim() } })
			: await sign_in({ signIn: { email, password } });
		if (!data) return;
		set_password("");
		set_code("");
		reset();
		second.reset();
		dispatch(session_began(data));
		dispatch(api.util.invalidateTags(["project", "file", "dataset", "job", "reconciliation"]));
	};
	const leave = () => {
		dispatch(session_ended());
		navigate({ to: "/login", search: { to: location.pathname + location.search } });
	};

	return (
		<Dialog
			open={status === "expired"}
			on_close={leave}
			title="Your session has ended"
			description="Sign in again to go on where you are. Nothing on this page is lost."
			actions={
				<>
					<Button variant="ghost" onClick={leave}>
						Leave this page
					</Button>
					<Button type="submit" form={FORM} variant="primary" busy={isLoading || second.isLoading}>
						Sign in
					</Button>
				</>
			}
		>
			<form id={FORM} onSubmit={submit} className={styles.form}>
				{problem && <ProblemNotice problem={to_problem(problem)} />}
				<TextField label="E-mail" type="email" value={email} readOnly autoComplete="username" />
				<TextField
					label="Password"
					type="password"
					required
					autoComplete="current-password"
					value={password}
					onChange={(event) => set_password(event.target.value)}
				/>
				{awaiting && (
					<TextField
						label="Code"
						required
						autoComplete="one-time-code"
						value={code}
						onChange={(event) => set_code(event.target.value)}
					/>
				)}
			</form>
		</Dialog>
	);
}
