/* The running private instance that the journeys drive, and what only its operator can do. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Instance {
	url: string;
	name: string;
	dev: string;
}

const file =
	process.env.RECON_INSTANCE_JSON ??
	fileURLToPath(new URL("../../../var/instance.json", import.meta.url));

export const instance = JSON.parse(readFileSync(file, "utf8")) as Instance;

/** A one-time sign-in link for a new person, as an operator hands it out. */
export function sign_in_link(email: string, name: string): string {
	const printed = execFileSync(instance.dev, ["sign-in", email, "--name", name], {
		encoding: "utf8",
		env: { ...process.env, RECON_INSTANCE: instance.name },
	});
	const link = printed.split("\n").find((line) => line.includes("/login#code="));
	if (!link) throw new Error(`./dev sign-in printed no link: ${printed}`);
	return link.trim();
}
