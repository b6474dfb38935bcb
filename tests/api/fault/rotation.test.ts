// The vault's key pair is exchanged while files lie in it: no file is touched, nothing becomes
// unreadable, and the old key is not destroyed before nothing needs it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recon, sql } from "../lib/command.ts";
import { type Filled, newFilled, sides } from "../lib/filled.ts";
import { dev, instance, until } from "../lib/instance.ts";
import { newPerson, readyDataset, upload } from "../lib/story.ts";

const readers = ["api-upload", "api-data", "intake", "matcher"];
const conf = readFileSync(`${instance.dirs.inst}/conf/recon.conf`, "utf8");
const setting = (key: string) => new RegExp(`^${key} = (.*)$`, "m").exec(conf)?.[1] ?? "";
const ring = () => readFileSync(setting("vault.private_key_file"), "utf8").trim().split("\n");
const keyIds = () =>
	sql("SELECT DISTINCT encode(key_id, 'hex') FROM vault_object WHERE key_id IS NOT NULL")
		.trim()
		.split("\n");

async function firstRow({ project, ids }: Filled, dataset = ids.dataset) {
	const page = await project.client.get(`${project.path}/datasets/${dataset}/rows?limit=1`);
	return page.items[0];
}

test("a new key pair, everything wrapped anew, the old one destroyed", async () => {
	const person = await newPerson("rotation");
	const filled = await newFilled(person.client, 20);
	const row = await firstRow(filled);
	const object = sql(`SELECT data_object FROM dataset WHERE id = '${filled.ids.dataset}'`).trim();
	const stored = join(instance.dirs.vault, object.slice(0, 2), object);
	const bytes = readFileSync(stored);
	const before = keyIds();
	expect(before).toHaveLength(1);
	expect(ring()).toHaveLength(1);

	expect(recon("vault", "rotate")).toMatchObject({ code: 0, err: "" });
	expect(ring()).toHaveLength(2);
	// Nothing was wrapped anew yet.
	const early = recon("vault", "retire");
	expect(early.err).toContain("Old keys still close something");
	expect(early.code).toBe(1);
	expect(ring()).toHaveLength(2);
	expect(await firstRow(filled)).toEqual(row);

	for (const program of readers) dev("restart", program);
	await until(
		"retire",
		async () => recon("vault", "retire"),
		(ended) => ended.code === 0,
		60,
	);
	expect(ring()).toHaveLength(1);
	const after = keyIds();
	expect(after).toHaveLength(1);
	expect(after).not.toEqual(before);
	expect(readFileSync(stored).equals(bytes)).toBe(true);

	// Only the new key is left now.
	for (const program of readers) dev("restart", program);
	const again = await until(
		"the data pool",
		() => firstRow(filled).catch(() => null),
		(answer) => answer !== null,
	);
	expect(again).toEqual(row);
	const file = await upload(filled.project, filled.ids.source ?? "", "later.csv", sides(3).ledger);
	const dataset = await readyDataset(filled.project, file);
	expect(dataset.rows_accepted).toBe(3);
	expect(keyIds()).toEqual(after);
	const audited = sql(
		`SELECT action FROM (SELECT ts, id, action FROM audit_outbox
			UNION ALL SELECT ts, id, action FROM audit_log) a
		WHERE action LIKE 'vault_key.%' ORDER BY ts, id`,
	);
	expect(audited.trim().split("\n").slice(-2)).toEqual(["vault_key.rotate", "vault_key.retire"]);
});
