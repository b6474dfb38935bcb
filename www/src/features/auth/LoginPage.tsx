/*
 * Sign-in, and the first one by a one-time link: the code comes in the URL's fragment, which browsers
 * send to no server, leaves the address bar at once, and is redeemed together with a chosen password.
 * Native form checks keep this page small: it is the first thing everybody loads.
 */
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { api, type Problem, type SessionInfo, session_began, to_problem } from "@/api";
import { useAppDispatch } from "@/api/state";
import { Button } from "@/components/ui/Button";
import { TextField } from "@/components/ui/Field";
import { Logo } from "@/components/ui/Logo";
import { useTitle } from "@/components/ui/PageHeader";
import { Notice, RequestId } from "@/components/ui/States";
import styles from "./LoginPage.module.css";
import { Ornament } from "./Ornament";
import { PasswordField } from "./PasswordField";

const route = getRouteApi("/login");
const CODE = /^#?code=([A-Za-z0-9_~.-]{8,512})$/;
const PASSWORD_MIN = 12;

/** Takes the one-time code out of the address bar, once. */
function useOneTimeCode(): [string | null, () => void] {
	const [code, set_code] = useState(() => CODE.exec(location.hash)?.[1] ?? null);
	useEffect(() => {
		if (!code) return;
		history.replaceState(history.state, "", location.pathname + location.search);
	}, [code]);
	return [code, () => set_code(null)];
}

export function LoginPage() {
	const [code, drop_code] = useOneTimeCode();
	const [awaiting, set_awaiting] = useState(false);
	const { to } = route.useSearch();
	const dispatch = useAppDispatch();
	const router = useRouter();
	useTitle(code ? "Choose a password" : "Sign in");

	const enter = (session: SessionInfo) => {
		dispatch(session_began(session));
		router.history.replace(to ?? "/");
	};

	return (
		<div className={styles.page}>
			<main className={styles.panel}>
				<div className={styles.brand}>
					<Logo size={30} />
					<span>Recon</span>
				</div>
				<div className={styles.card}>
					{awaiting ? (
						<SecondFactorForm on_enter={enter} on_drop={() => set_awaiting(false)} />
					) : code ? (
						<RedeemForm
							code={code}
							on_enter={enter}
							on_await={() => {
								drop_code();
								set_awaiting(true);
							}}
							on_drop={drop_code}
						/>
					) : (
						<SignInForm
							returning={to !== undefined}
							on_enter={enter}
							on_await={() => set_awaiting(true)}
						/>
					)}
				</div>
				<p className={styles.foot}>378 Reconciliation Platform</p>
			</main>
			<Ornament />
		</div>
	);
}

interface FormProps {
	on_enter: (session: SessionInfo) => void;
}

/** The password was right, and the account has a second factor. */
interface FirstStepProps extends FormProps {
	on_await: () => void;
}

const awaits_code = (error: unknown) => !!error && to_problem(error).code === "second_factor";

function form_text(form: HTMLFormElement, name: string): string {
	const value = new FormData(form).get(name);
	return typeof value === "string" ? value : "";
}

function SignInForm({ returning, on_enter, on_await }: FirstStepProps & { returning: boolean }) {
	const [sign_in, { error, isLoading }] = api.useSessionCreateMutation();
	const problem = error && to_problem(error);

	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = event.currentTarget;
		const email = form_text(form, "email").trim();
		const signIn = { email, password: form_text(form, "password") };
		const { data, error: failure } = await sign_in({ signIn });
		if (data) on_enter(data);
		if (awaits_code(failure)) on_await();
	};

	return (
		<form onSubmit={submit} className={styles.form}>
			<div>
				<h1>Sign in</h1>
				<p className={styles.lead}>
					{returning
						? "You will return to the page you asked for."
						: "With your work e-mail address."}
				</p>
			</div>
			{problem && <LoginProblem problem={problem} />}
			<TextField
				label="E-mail"
				name="email"
				type="email"
				required
				autoComplete="username"
				autoFocus
			/>
			<PasswordField label="Password" name="password" autoComplete="current-password" />
			<Button type="submit" variant="primary" className={styles.submit} busy={isLoading}>
				Sign in
			</Button>
			<p className={styles.lead}>
				No account yet, or no password? An administrator can send you a one-time link.
			</p>
		</form>
	);
}

interface SecondFactorProps extends FormProps {
	on_drop: () => void;
}

/** The second step: the browser holds a cookie that waits for the code, for five minutes. */
function SecondFactorForm({ on_enter, on_drop }: SecondFactorProps) {
	const [give_code, { error, isLoading }] = api.useSessionSecondFactorMutation();
	const problem = error && to_problem(error);

	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const code = form_text(event.currentTarget, "code").trim();
		const { data } = await give_code({ secondFactor: { code } });
		if (data) on_enter(data);
	};

	return (
		<form onSubmit={submit} className={styles.form}>
			<div>
				<h1>One more step</h1>
				<p className={styles.lead}>
					The six digits that your authenticator shows now, or one of your recovery codes.
				</p>
			</div>
			{problem && <LoginProblem problem={problem} />}
			<TextField
				label="Code"
				name="code"
				required
				maxLength={40}
				autoComplete="one-time-code"
				autoFocus
			/>
			<Button type="submit" variant="primary" className={styles.submit} busy={isLoading}>
				Sign in
			</Button>
			<Button variant="ghost" onClick={on_drop}>
				Begin again
			</Button>
		</form>
	);
}

interface RedeemProps extends FirstStepProps {
	code: string;
	on_drop: () => void;
}

function RedeemForm({ code, on_enter, on_await, on_drop }: RedeemProps) {
	const [redeem_code, { error, isLoading }] = api.useCodeRedeemMutation();
	const problem = error && to_problem(error);
	const spent = problem?.code === "code_spent";

	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = event.currentTarget;
		const display_name = form_text(form, "display_name").trim() || undefined;
		const { data, error: failure } = await redeem_code({
			redeem: { code, password: form_text(form, "password"), display_name },
		});
		if (data) on_enter(data);
		if (awaits_code(failure)) on_await();
	};

	return (
		<form onSubmit={submit} className={styles.form}>
			<div>
				<h1>Welcome</h1>
				<p className={styles.lead}>
					Your link is good for one sign-in. Choose the password for all later ones.
				</p>
			</div>
			{problem && <LoginProblem problem={problem} />}
			<TextField
				label="Your name"
				name="display_name"
				autoComplete="name"
				maxLength={120}
				hint="As colleagues see it beside your decisions."
				autoFocus
			/>
			<PasswordField
				label="New password"
				name="password"
				autoComplete="new-password"
				minLength={PASSWORD_MIN}
				hint="At least 12 characters. A few unrelated words are easier to remember than symbols."
				error={problem?.errors.find(({ pointer }) => pointer === "/password")?.detail}
			/>
			<Button type="submit" variant="primary" className={styles.submit} busy={isLoading}>
				Set the password and sign in
			</Button>
			{spent && (
				<Button variant="ghost" onClick={on_drop}>
					Sign in with a password instead
				</Button>
			)}
		</form>
	);
}

function LoginProblem({ problem }: { problem: Problem }) {
	const wait = useCountdown(problem);
	return (
		<Notice tone="bad" role="alert" title={problem.title}>
			{problem.detail !== problem.title && problem.detail}
			{wait > 0 && <p>Try again in {wait} s.</p>}
			{problem.status >= 500 && problem.request_id && <RequestId id={problem.request_id} />}
		</Notice>
	);
}

/** Seconds until the server wants to hear of us again. */
function useCountdown(problem: Problem): number {
	const [left, set_left] = useState(problem.retry_after ?? 0);
	useEffect(() => {
		set_left(problem.retry_after ?? 0);
		const timer = setInterval(() => set_left((seconds) => Math.max(0, seconds - 1)), 1000);
		return () => clearInterval(timer);
	}, [problem]);
	return left;
}
