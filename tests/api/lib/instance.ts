// The running instance that tests and the demo speak to: what ./dev up wrote, and ./dev itself for
// stopping and starting programs. NODE_EXTRA_CA_CERTS (set by ./dev) makes fetch trust its certificate.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Instance {
	url: string;
	ca: string;
	http: string;
	metrics: string;
	name: string;
	dev: string;
	dirs: { inst: string; run: string; log: string; vault: string; mail: string };
}

const file = process.env.RECON_INSTANCE_JSON;
if (!file) throw new Error("RECON_INSTANCE_JSON is not set: run through ./dev");

export const instance = JSON.parse(readFileSync(file, "utf8")) as Instance;

/** Runs ./dev on this instance and returns what it printed. */
export function dev(...args: string[]): string {
	return execFileSync(instance.dev, args, {
		encoding: "utf8",
		env: { ...process.env, RECON_INSTANCE: instance.name },
	});
}

/** The process id of a program of the instance, or 0 while it does not run. */
export function pidOf(program: string): number {
	try {
		return Number(readFileSync(`${instance.dirs.run}/run/${program}.pid`, "utf8"));
	} catch {
		return 0;
	}
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Asks until the answer satisfies; throws with the last answer when it never does. */
export async function until<T>(
	what: string,
	ask: () => Promise<T>,
	satisfied: (answer: T) => boolean,
	seconds = 30,
): Promise<T> {
	const end = Date.now() + seconds * 1000;
	for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
		const answer = await ask();
		if (satisfied(answer)) return answer;
		if (Date.now() > end)
			throw new Error(`${what}: not within ${seconds} s; last: ${JSON.stringify(answer)}`);
		await sleep(pause);
	}
}
