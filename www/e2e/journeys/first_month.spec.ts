/*
 * A person's first month: a one-time link, a project, two sources, both files, their mappings, a job,
 * and the review of its result with a decision that is taken back; all of it against the real stack
 * behind nginx.
 */
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { sign_in_link } from "../lib/instance.ts";
import { expect, expect_accessible, picture, test } from "../lib/journey.ts";
import { go, new_source, PASSWORD } from "../lib/steps.ts";

const sample = (name: string) =>
	fileURLToPath(new URL(`../../../tests/data/sample/${name}`, import.meta.url));
const run = Date.now().toString(36);
const EMAIL = `ada-${run}@example.test`;

/** Answers what the reader asks, if it asks, until the file's dataset is ready. */
async function confirm_mapping(page: Page, file: string): Promise<void> {
	const row = page.getByRole("row", { name: new RegExp(file.replace(".", "\\.")) });
	const confirm = row.getByRole("link", { name: "Confirm the mapping" });
	const ready = row.getByRole("link", { name: /\d rows?/ });
	await expect(confirm.or(ready)).toBeVisible({ timeout: 60_000 });
	if (await ready.isVisible()) return;
	await confirm.click();
	await expect(page.getByRole("heading", { name: "Confirm the mapping" })).toBeVisible();
	for (const question of await page.getByRole("group").all()) {
		await question.getByRole("radio").first().check();
	}
	await expect(page.getByRole("table", { name: "Rows as they will be read" })).toBeVisible();
	await expect_accessible(page, "mapping");
	await picture(page, `mapping-${file.replace(".csv", "")}`);
	await page.getByRole("button", { name: "Confirm the mapping" }).click();
	await expect(page.getByRole("table", { name: "First rows" })).toBeVisible({ timeout: 60_000 });
	await go(page, "Files");
}

test("from the first sign-in to a decision and back", async ({ page }) => {
	await test.step("sign in by a one-time link", async () => {
		await page.goto("/login");
		await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
		await expect_accessible(page, "sign-in");
		await picture(page, "sign-in");
		await page.goto("about:blank");
		await page.goto(sign_in_link(EMAIL, "Ada Byron"));
		await expect(page.getByRole("heading", { name: "Welcome" })).toBeVisible();
		await expect.poll(() => page.url()).not.toContain("code=");
		await expect_accessible(page, "one-time link");
		await page.getByLabel("Your name").fill("Ada Byron");
		await page.getByLabel("New password").fill(PASSWORD);
		await picture(page, "first-sign-in");
		await page.getByRole("button", { name: "Set the password and sign in" }).click();
		await expect(page.getByRole("heading", { name: "No project yet" })).toBeVisible();
		await expect_accessible(page, "projects, empty");
	});

	await test.step("create a project", async () => {
		await page.getByRole("button", { name: "New project" }).click();
		const dialog = page.getByRole("dialog", { name: "New project" });
		await dialog.getByLabel("Name").fill("Group treasury");
		await expect_accessible(page, "new project");
		await dialog.getByRole("button", { name: "Create project" }).click();
		await expect(page.getByRole("heading", { name: "Group treasury" })).toBeVisible();
		await expect(page.getByText("Three steps to the first result")).toBeVisible();
		await expect_accessible(page, "dashboard, first use");
		await picture(page, "dashboard-first-use");
	});

	await test.step("create two sources", async () => {
		await go(page, "Sources");
		await new_source(page, "General ledger", "ledger");
		await new_source(page, "Main account", "bank");
		await expect_accessible(page, "sources");
		await picture(page, "sources");
	});

	await test.step("upload a file to each", async () => {
		await go(page, "Files");
		const chooser = page.getByTestId("file-chooser");
		await page.getByLabel("Upload to source").selectOption({ label: "General ledger" });
		await chooser.setInputFiles(sample("ledger.csv"));
		await expect(page.getByRole("row", { name: /ledger\.csv/ })).toBeVisible();
		await page.getByLabel("Upload to source").selectOption({ label: "Main account" });
		await chooser.setInputFiles(sample("bank.csv"));
		await expect(page.getByRole("row", { name: /bank\.csv/ })).toContainText("Clean", {
			timeout: 60_000,
		});
		await chooser.setInputFiles({
			name: "empty.csv",
			mimeType: "text/csv",
			buffer: Buffer.alloc(0),
		});
		await expect(page.getByRole("alert")).toContainText("The file is empty.");
		await expect_accessible(page, "files");
		await picture(page, "files");
	});

	await test.step("confirm what their columns mean", async () => {
		await confirm_mapping(page, "ledger.csv");
		await confirm_mapping(page, "bank.csv");
		await expect(page.getByRole("row", { name: /ledger\.csv/ })).toContainText("Ready");
		await expect(page.getByRole("row", { name: /bank\.csv/ })).toContainText("Ready");
		await page
			.getByRole("row", { name: /bank\.csv/ })
			.getByRole("link", { name: /rows/ })
			.click();
		await expect(page.getByRole("table", { name: "First rows" })).toBeVisible();
		await expect_accessible(page, "dataset");
		await picture(page, "dataset");
	});

	await test.step("reconcile", async () => {
		await go(page, "Reconciliations");
		await page.getByRole("button", { name: "New reconciliation" }).click();
		const dialog = page.getByRole("dialog", { name: "New reconciliation" });
		await dialog.getByLabel("Name").fill("Ledger against bank");
		await dialog.getByRole("button", { name: "Create reconciliation" }).click();
		await expect(page.getByRole("heading", { name: "Ledger against bank" })).toBeVisible();
		await expect(page.getByRole("checkbox", { name: /ledger\.csv/ })).toBeChecked();
		await expect_accessible(page, "reconciliation, before the first job");
		await page.getByRole("button", { name: "Start" }).click();
		await expect(page.getByRole("link", { name: "Review the result" })).toBeVisible({
			timeout: 120_000,
		});
		await expect(page.getByRole("table", { name: "Money check" })).toContainText("Balanced");
		await expect(page.getByText("Does not add up")).toBeHidden();
		await expect_accessible(page, "job");
		await picture(page, "job");
	});

	await test.step("review", async () => {
		await page.getByRole("link", { name: "Review the result" }).click();
		const grid = page.getByRole("grid", { name: "Matches" });
		await expect(grid).toBeFocused();
		const evidence = page.getByRole("complementary", { name: "Evidence" });
		await expect(evidence.getByRole("heading", { name: "How it adds up" })).toBeVisible();
		await expect_accessible(page, "review");
		await picture(page, "review");
		await evidence.getByRole("heading", { name: "Next best" }).scrollIntoViewIfNeeded();
		await page.evaluate(() => {
			document.documentElement.dataset.scheme = "dark";
		});
		await picture(page, "review-dark");
		await page.evaluate(() => {
			document.documentElement.dataset.scheme = "light";
		});
	});

	await test.step("confirm by a key, and undo it", async () => {
		const grid = page.getByRole("grid", { name: "Matches" });
		const first = grid.getByRole("row").nth(1);
		await grid.focus();
		await page.keyboard.press("a");
		await expect(first).toContainText("Confirmed");
		await expect(page.getByRole("button", { name: /1 decided, refresh the list/ })).toBeVisible();
		await page.keyboard.press("z");
		await expect(page.getByRole("button", { name: /decided, refresh the list/ })).toBeHidden();
		await expect(first).not.toContainText("Confirmed");
		await expect(page.getByRole("list").getByText("took the decision back")).toBeVisible();
	});

	await test.step("everything seen has an address", async () => {
		const grid = page.getByRole("grid", { name: "Matches" });
		await grid.focus();
		await page.keyboard.press("f");
		await expect(page.getByRole("complementary", { name: "Filters" })).toBeVisible();
		await page.keyboard.press("j");
		await expect.poll(() => page.url()).toContain("row=2");
		const address = page.url();
		await page.reload();
		await expect(page.getByRole("grid", { name: "Matches" })).toBeVisible();
		expect(page.url()).toBe(address);
		await expect_accessible(page, "review with filters");
	});

	await test.step("open items", async () => {
		await page.getByText("Open: General ledger").click();
		const grid = page.getByRole("grid", { name: "Open items" });
		await expect(grid).toBeVisible();
		await page.keyboard.press("End");
		await expect(page.getByRole("heading", { name: "Why it is open" })).toBeVisible();
		await expect_accessible(page, "open items");
		await picture(page, "open-items");
	});

	await test.step("what is left", async () => {
		await page.keyboard.press("Control+k");
		await page.getByRole("combobox", { name: "Search or jump" }).fill("dash");
		await expect_accessible(page, "palette");
		await picture(page, "palette");
		await page.keyboard.press("Enter");
		await expect(page.getByText("Money check")).toBeVisible();
		await expect_accessible(page, "dashboard");
		await picture(page, "dashboard");
		await page.getByRole("button", { name: /Account of Ada Byron/ }).click();
		await page.getByRole("menuitem", { name: "Profile, sessions and keys" }).click();
		await expect(page.getByText("This one")).toBeVisible();
		await expect_accessible(page, "profile");
		await picture(page, "profile");
		await page.keyboard.press("?");
		await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
		await expect_accessible(page, "help");
		await page.keyboard.press("Escape");
	});

	await test.step("sign out, and in again by password", async () => {
		await page.getByRole("button", { name: /Account of Ada Byron/ }).click();
		await page.getByRole("menuitem", { name: "Sign out" }).click();
		await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
		await page.goto("/me");
		await expect(page).toHaveURL(/\/login\?to=\/me|\/login\?to=%2Fme/);
		await page.getByLabel("E-mail").fill(EMAIL);
		await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
		await page.getByRole("button", { name: "Sign in" }).click();
		await expect(page.getByRole("heading", { name: "Ada Byron" })).toBeVisible();
	});
});
