/** Joins the class names that apply. */
export function cx(...names: Array<string | false | null | undefined>): string {
	return names.filter(Boolean).join(" ");
}
