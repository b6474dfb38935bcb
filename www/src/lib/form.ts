/* Forms: the schema checks while typing ends; what the server refuses lands on the field it points to. */
import { zodResolver } from "@hookform/resolvers/zod";
import {
	type DefaultValues,
	type FieldValues,
	type Path,
	type UseFormReturn,
	useForm,
} from "react-hook-form";
import type * as z from "zod/mini";
import { to_problem } from "@/api/problem";

export function useZodForm<Values extends FieldValues>(
	schema: z.ZodMiniType<Values, Values>,
	defaultValues: NoInfer<DefaultValues<Values>>,
): UseFormReturn<Values, unknown, Values> {
	return useForm<Values, unknown, Values>({
		resolver: zodResolver(schema),
		defaultValues,
		mode: "onTouched",
	});
}

/** Shows a refused request on the form's fields; what points nowhere goes to the form itself. */
export function show_problem<Values extends FieldValues>(
	form: UseFormReturn<Values, unknown, Values>,
	error: unknown,
): void {
	const { errors } = to_problem(error);
	for (const { pointer, detail, code } of errors) {
		const name = pointer.replace(/^\//, "").replaceAll("/", ".");
		if (name in form.getValues()) {
			form.setError(name as Path<Values>, { type: code, message: detail });
		}
	}
}

/** A form that saves: what each field needs by its name, and what the form does when it is sent. */
export function useSavingForm<Values extends FieldValues>(
	schema: z.ZodMiniType<Values, Values>,
	defaultValues: NoInfer<DefaultValues<Values>>,
	save: (values: Values) => Promise<void>,
) {
	const form = useZodForm(schema, defaultValues);
	const field = (name: Path<Values>) => {
		const { message } = form.getFieldState(name, form.formState).error ?? {};
		return { ...form.register(name), error: message };
	};
	const submit = form.handleSubmit((values) =>
		save(values).catch((error: unknown) => show_problem(form, error)),
	);
	return { field, submit };
}
