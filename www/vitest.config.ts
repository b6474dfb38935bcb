import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import vite_config from "./vite.config.ts";

export default mergeConfig(
	vite_config({ command: "build", mode: "test" }),
	defineConfig({
		test: {
			testTimeout: 30_000,
			environment: "jsdom",
			environmentOptions: { jsdom: { url: "https://recon.test/" } },
			include: ["src/**/*.test.{ts,tsx}"],
			setupFiles: ["src/test/setup.ts"],
			css: { modules: { classNameStrategy: "non-scoped" } },
			restoreMocks: true,
			coverage: {
				provider: "v8",
				include: ["src/**/*.{ts,tsx}"],
				exclude: ["src/api/gen.ts", "src/test/**", "src/main.tsx", "src/**/*.test.*"],
				thresholds: { lines: 85, branches: 85 },
				reporter: ["text", "json-summary"],
			},
		},
	}),
);
