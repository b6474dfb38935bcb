/*
 * What every journey has: a page that fails its test on any violation of the content security policy,
 * any page error and any error on the console, and that runs under Trusted Types on top of the server's
 * own header. Pictures are taken for the documentation only when they are asked for.
 */
import { fileURLToPath } from "node:url";
import { test as base, expect, type Page } from "@playwright/test";
import axe from "axe-core";

const TRUSTED_TYPES = "require-trusted-types-for 'script'";
const PICTURES = fileURLToPath(new URL("../../../docs/screenshots/", import.meta.url));
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function watch(page: Page, problems: string[]): Promise<void> {
	await page.exposeFunction("report_violation", (text: string) => {
		problems.push(`content security policy: ${text}`);
	});
	await page.addInitScript(() => {
		document.addEventListener("securitypolicyviolation", (event) => {
			const report = (window as unknown as { report_violation: (text: string) => void })
				.report_violation;
			report(
				`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
			);
		});
	});
	page.on("pageerror", (error) => problems.push(`page error: ${error.stack ?? error.message}`));
	page.on("console", (message) => {
		if (message.type() !== "error") return;
		// A refused request is an answer that the page handles; the browser logs it all the same.
		if (message.text().startsWith("Failed to load resource")) return;
		problems.push(`console: ${message.text()}`);
	});
	await page.route("**/*", async (route) => {
		if (route.request().resourceType() !== "document") return route.continue();
		const response = await route.fetch();
		const headers = response.headers();
		const policy = headers["content-security-policy"];
		expect(policy, "the server's own policy").toContain("script-src 'self'");
		headers["content-security-policy"] = `${policy}; ${TRUSTED_TYPES}`;
		await route.fulfill({ response, headers });
	});
}

export const test = base.extend<{ problems: string[] }>({
	problems: [
		async ({ page }, use) => {
			const problems: string[] = [];
			await watch(page, problems);
			await use(problems);
			expect(problems).toEqual([]);
		},
		{ auto: true },
	],
});

/** The same page under axe, in both colour schemes. */
export async function expect_accessible(page: Page, what: string): Promise<void> {
	for (const scheme of ["dark", "light"] as const) {
		await page.evaluate((value) => {
			document.documentElement.dataset.scheme = value;
		}, scheme);
		// Evaluated by the debugger, so that the policy of the page does not concern it.
		await page.evaluate(axe.source);
		const found = await page.evaluate(
			(tags) =>
				(window as unknown as { axe: typeof axe }).axe.run(document, {
					runOnly: { type: "tag", values: tags },
				}),
			WCAG,
		);
		const words = found.violations.map(
			({ id, nodes }) =>
				`${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n")}`,
		);
		expect(words, `${what}, ${scheme}`).toEqual([]);
	}
}

/** A picture for docs/screenshots, with PICTURES=1 only: a test run never changes them by itself. */
export async function picture(page: Page, name: string): Promise<void> {
	if (!process.env.PICTURES) return;
	// Messages are news of the moment before; they go by themselves, or at a press.
	const dismiss = page.getByRole("button", { name: "Dismiss" });
	while ((await dismiss.count()) > 0) {
		await dismiss
			.first()
			.click({ timeout: 1000 })
			.catch(() => undefined);
	}
	await page.mouse.move(0, 0);
	await page.screenshot({ path: `${PICTURES}${name}.png`, animations: "disabled", caret: "hide" });
}

export { expect };
