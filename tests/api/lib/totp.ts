// An authenticator: RFC 6238 with SHA-1, 30 seconds, six digits.
import { createHmac, randomBytes } from "node:crypto";
import { Client } from "./client.ts";
import { instance } from "./instance.ts";
import type { Person } from "./story.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function unbase32(text: string): Buffer {
	const bits = [...text].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
	return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of a step, counted from now. */
export function totp(secret: string, step = 0): string {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + step));
	const mac = createHmac("sha1", unbase32(secret)).update(counter).digest();
	const at = (mac.at(-1) ?? 0) & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export interface Factor {
	secret: string;
	codes: string[];
}

/** Sets a second factor up. This step's code is used then; the next one's is good already, and stays good
 * when a step ends in between. */
export async function withTotp(client: Client): Promise<Factor> {
	const begun = await client.post("/api/v1/auth/mfa/totp");
	const confirmed = await client.post("/api/v1/auth/mfa/totp/confirm", {
		code: totp(begun.secret),
	});
	return { secret: begun.secret, codes: confirmed.codes };
}

/** The first step of signing in, in a new browser: it awaits the code. */
export async function firstStep(person: Person): Promise<Client> {
	const client = new Client(instance.url);
	const answer = await client.call("POST", "/api/v1/auth/sign-in", {
		json: { email: person.email, password: person.password },
	});
	if (answer.body?.code !== "second_factor")
		throw new Error(`no second factor asked for: ${JSON.stringify(answer.body)}`);
	return client;
}

export const newAddress = (word: string) =>
	`${word}-${randomBytes(6).toString("hex")}@example.test`;
