/* What the browser can refuse before a byte is sent. The server checks all of it again. */
import { format_bytes } from "@/lib/numbers";

export interface UploadLimits {
	max_bytes: number;
	types: readonly string[];
}

export interface Refusal {
	code: "file_empty" | "file_type" | "too_large";
	title: string;
	detail: string;
}

function extension_of(name: string): string {
	const at = name.lastIndexOf(".");
	return at > 0 ? name.slice(at + 1).toLowerCase() : "";
}

/** The types as extensions: ".csv", "csv" and "text/csv" are told apart by their form. */
function accepted_extensions(types: readonly string[]): string[] {
	return types
		.filter((type) => !type.includes("/"))
		.map((type) => type.replace(/^\./, "").toLowerCase());
}

/** Null when the file may be sent. The words are the server's own for the same fault. */
export function refuse_file(
	file: Pick<File, "name" | "size">,
	limits: UploadLimits,
): Refusal | null {
	if (file.size === 0) {
		return { code: "file_empty", title: "The file is empty.", detail: `${file.name} has 0 bytes.` };
	}
	if (file.size > limits.max_bytes) {
		return {
			code: "too_large",
			title: "The body is larger than allowed.",
			detail: `${file.name} has ${format_bytes(file.size)}; at most ${format_bytes(limits.max_bytes)} are accepted.`,
		};
	}
	const extensions = accepted_extensions(limits.types);
	if (extensions.length > 0 && !extensions.includes(extension_of(file.name))) {
		return {
			code: "file_type",
			title: "The content is not of a type that is accepted.",
			detail: `${file.name} is none of: ${extensions.join(", ")}.`,
		};
	}
	return null;
}

/** For the file chooser's accept attribute. */
export function accept_attribute(types: readonly string[]): string {
	return types
		.map((type) => (type.includes("/") || type.startsWith(".") ? type : `.${type}`))
		.join(",");
}
