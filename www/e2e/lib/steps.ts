/* Steps that several journeys begin with. */
import type { Page } from "@playwright/test";
import { sign_in_link } from "./instance.ts";
import { expect } from "./journey.ts";

export const PASSWORD = "an unlikely sentence of words";

/** A new person, signed in by a one-time link; returns the e-mail address. */
export async function first_sign_in(page: Page, name: string): Promise<string> {
	const email = `${name.toLowerCase().replaceAll(" ", ".")}-${Date.now().toString(36)}@example.test`;
	await page.goto(sign_in_link(email, name));
	await page.getByLabel("New password").fill(PASSWORD);
	await page.getByRole("button", { name: "Set the password and sign in" }).click();
	await expect(page.getByRole("heading", { name: "No project yet" })).toBeVisible();
	return email;
}

export async function new_project(page: Page, name: string): Promise<void> {
	await page.getByRole("button", { name: "New project" }).click();
	const dialog = page.getByRole("dialog", { name: "New project" });
	await dialog.getByLabel("Name").fill(name);
	await dialog.getByRole("button", { name: "Create project" }).click();
	await expect(page.getByRole("heading", { name })).toBeVisible();
}

export async function go(page: Page, place: string): Promise<void> {
	await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: place }).click();
}

export async function new_source(page: Page, name: string, kind: string): Promise<void> {
	await page.getByRole("button", { name: "New source" }).first().click();
	const dialog = page.getByRole("dialog", { name: "New source" });
	await dialog.getByLabel("Name").fill(name);
	await dialog.getByLabel("Kind").selectOption(kind);
	await dialog.getByRole("button", { name: "Create source" }).click();
	await expect(dialog).toBeHidden();
	await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
}
