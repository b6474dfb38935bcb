import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

// The tests drive the running private instance (./dev up) through nginx.
const file =
	process.env.RECON_INSTANCE_JSON ??
	fileURLToPath(new URL("../var/instance.json", import.meta.url));
const url = existsSync(file)
	? (JSON.parse(readFileSync(file, "utf8")) as { url: string }).url
	: "https://localhost:8443";

export default defineConfig({
	testDir: "e2e",
	outputDir: "test-results",
	workers: 1,
	retries: 0,
	timeout: 180_000,
	expect: { timeout: 15_000 },
	reporter: [["list"]],
	use: {
		baseURL: url,
		ignoreHTTPSErrors: true,
		viewport: { width: 1440, height: 900 },
		timezoneId: "Europe/Berlin",
		locale: "en-GB",
		// A colour that is still changing is not what people read.
		contextOptions: { reducedMotion: "reduce" },
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
			args: [
				"--no-sandbox",
				"--disable-gpu",
				"--disable-quic",
				"--no-first-run",
				"--disable-background-networking",
				"--disable-component-update",
				"--disable-sync",
			],
		},
	},
});
