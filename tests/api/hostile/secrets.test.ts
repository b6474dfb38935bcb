// Marks planted in what people type and files contain are looked for in everything at rest: logs, the
// cluster's files with its write-ahead log, the vault, metrics.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { Client } from "../lib/client.ts";
import { instance } from "../lib/instance.ts";
import { newProject, newSource, readyDataset, redeemed, upload } from "../lib/story.ts";

const { inst, log, vault } = instance.dirs;
const places = [
	log,
	vault,
	`${inst}/pg`,
	`${inst}/redis`,
	`${inst}/state`,
	`${inst}/metrics`,
].filter(existsSync);

/** The files that contain the text, in any case. */
function holding(text: string): string[] {
	try {
		const found = execFileSync("grep", ["-rliaF", "--", text, ...places], { encoding: "utf8" });
		return found.trim().split("\n");
	} catch (e) {
		// grep says 1 for none; a file that went away meanwhile makes it 2 with what it found.
		return String((e as { stdout?: string }).stdout ?? "")
			.split("\n")
			.filter(Boolean);
	}
}

test("no secret and no record's text lies in plain anywhere", async () => {
	const mark = `mark${randomBytes(6).toString("hex")}`;
	const person = await redeemed(`${mark}mail@example.test`, `${mark}name`);
	const anonymous = new Client(instance.url);
	const wrong = `${mark}wrong`;
	for (const json of [
		{ email: person.email, password: wrong },
		{ email: person.email, password: wrong, [`${mark}field`]: 1 },
	])
		await anonymous.call("POST", "/api/v1/auth/sign-in", { json });
	await anonymous.call("POST", "/api/v1/auth/redeem", {
		json: { code: `${mark}code`, password: wrong },
	});
	const { secret } = await person.client.post("/api/v1/auth/api-keys", {
		name: "k",
		expires_in_days: 1,
	});
	anonymous.bearer = secret;
	await anonymous.get("/api/v1/projects");
	const cookies = ["__Host-at", "__Host-rt", "__Host-csrf"].map(
		(name) => person.client.cookies.get(name) ?? "",
	);
	const project = await newProject(person.client);
	const source = await newSource(project, "ledger");
	const file = await upload(
		project,
		source.id,
		"plain.csv",
		`date,reference,text,amount\n2026-01-01,${mark}ref,${mark}memo,1.00\n2026-01-02,R,x,2.00\n`,
	);
	const dataset = await readyDataset(project, file);
	const rows = await person.client.get(`${project.path}/datasets/${dataset.id}/rows`);
	expect(JSON.stringify(rows)).toContain(`${mark}memo`);

	// The search itself finds: a name is no secret.
	expect(holding(`${mark}name`).length).toBeGreaterThan(0);
	const never = [
		person.password,
		...["mail", "wrong", "field", "code", "ref", "memo"].map((word) => mark + word),
		...[secret, ...cookies].map((text) => text.slice(-40)),
	];
	for (const text of never) expect(holding(text), text).toEqual([]);
});
