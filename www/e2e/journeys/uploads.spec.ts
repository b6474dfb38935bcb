/*
 * Files that need a person: malware, an upload that breaks off, dates that read two ways, text from
 * everywhere; and the pages on a narrow screen.
 */
import { expect, expect_accessible, picture, test } from "../lib/journey.ts";
import { first_sign_in, go, new_project, new_source } from "../lib/steps.ts";

/** The test file of the antivirus industry, in two halves so that this file is none. */
const EICAR = `${"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"}${"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"}`;

const csv = (name: string, text: string) => ({
	name,
	mimeType: "text/csv",
	buffer: Buffer.from(text),
});

const AMBIGUOUS = `Day,Text,Amount
03/04/2026,Miete שָׁלוֹם 🙂 <b>&amp;,120.00
05/04/2026,"=cmd|' /C calc'!A0",-17.50
`;

test("files that are refused, broken off or ambiguous", async ({ page, context }) => {
	await first_sign_in(page, "Grace Hopper");
	await new_project(page, "Uploads");
	await go(page, "Sources");
	await new_source(page, "Old bank", "bank");
	await go(page, "Files");
	const chooser = page.getByTestId("file-chooser");
	const row = (name: string) => page.getByRole("row", { name: new RegExp(name) });

	await test.step("an infected file is refused with a reason", async () => {
		await chooser.setInputFiles(csv("infected.csv", `Day,Text,Amount\n2026-04-01,${EICAR},1.00\n`));
		await expect(row("infected")).toContainText("Infected", { timeout: 60_000 });
		await expect_accessible(page, "an infected file");
	});

	await test.step("an upload goes on after the connection was lost", async () => {
		let cut = false;
		await page.route("**/uploads/*/content", (route) => {
			if (route.request().method() !== "PATCH" || cut) return route.fallback();
			cut = true;
			return route.abort("connectionreset");
		});
		await chooser.setInputFiles(csv("ambiguous.csv", AMBIGUOUS));
		await expect(row("ambiguous")).toContainText("Clean", { timeout: 60_000 });
		expect(cut).toBe(true);
	});

	await test.step("dates that read two ways are asked about, never guessed", async () => {
		await row("ambiguous").getByRole("link", { name: "Confirm the mapping" }).click();
		const confirm = page.getByRole("button", { name: "Confirm the mapping" });
		await expect(confirm).toBeDisabled();
		await expect_accessible(page, "an ambiguous mapping");
		await picture(page, "mapping-ambiguous");
		await page.getByRole("radio", { name: /Day first.*03\/04\/2026 is 2026-04-03/ }).check();
		await page.getByLabel("Meaning of Text").selectOption("text");
		await confirm.click();
		const rows = page.getByRole("table", { name: "First rows" });
		await expect(rows).toBeVisible({ timeout: 60_000 });
		await expect(rows).toContainText("2026-04-03");
		await expect(rows).toContainText("Miete שָׁלוֹם 🙂 <b>&amp;");
	});

	await test.step("the pages fit a screen of 320 pixels", async () => {
		await page.setViewportSize({ width: 320, height: 640 });
		for (const place of ["Files", "Sources", "Dashboard", "Reconciliations"]) {
			await go(page, place);
			await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
			const overflow = await page.evaluate(
				() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
			);
			expect(overflow, place).toBe(0);
		}
		await picture(page, "narrow");
		await page.setViewportSize({ width: 1440, height: 900 });
	});

	await test.step("without a network the page says so and keeps what it shows", async () => {
		await go(page, "Files");
		await expect(row("ambiguous")).toBeVisible();
		await context.setOffline(true);
		await expect(page.getByText(/Offline since .*, read only/)).toBeVisible();
		await expect(row("ambiguous")).toBeVisible();
		await expect_accessible(page, "offline");
		await context.setOffline(false);
		await expect(page.getByText(/Offline since/)).toBeHidden();
	});
});
