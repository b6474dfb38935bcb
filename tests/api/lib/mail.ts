// The instance's mailbox, which stands for the world: letters that its SMTP server took, as files.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { instance, until } from "./instance.ts";

export interface Letter {
	file: string;
	raw: string;
	subject: string;
	text: string;
	/** Of the one-time link, if there is one. */
	code: string;
}

const unquoted = (text: string) =>
	Buffer.from(
		text
			.replace(/=\r\n/g, "")
			.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
		"latin1",
	)
		.toString("utf8")
		.replaceAll("\r\n", "\n");

function parsed(file: string): Letter {
	const raw = readFileSync(join(instance.dirs.mail, file), "latin1");
	const at = raw.indexOf("\r\n\r\n");
	const text = unquoted(raw.slice(at + 4));
	return {
		file,
		raw,
		subject: /^Subject: (.*)\r$/m.exec(raw.slice(0, at))?.[1] ?? "",
		text,
		code: /\/login#code=([\w-]{43})$/m.exec(text)?.[1] ?? "",
	};
}

/** All letters to an address so far, oldest first. */
export const lettersTo = (address: string): Letter[] =>
	readdirSync(instance.dirs.mail)
		.filter((file) => file.endsWith(".eml"))
		.sort()
		.map(parsed)
		.filter((letter) => letter.raw.includes(`\r\nX-Rcpt: ${address}\r\n`));

/** The newest letter to an address, once there are so many. */
export async function letterTo(address: string, count = 1): Promise<Letter> {
	const letters = await until(
		`a letter to ${address}`,
		async () => lettersTo(address),
		(found) => found.length >= count,
		15,
	);
	return letters.at(-1) as Letter;
}
