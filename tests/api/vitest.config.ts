import { defineConfig } from "vitest/config";

// Files run one after the other: they share one instance, and some of them stop its servers.
export default defineConfig({
	test: {
		include: ["**/*.test.ts"],
		fileParallelism: false,
		testTimeout: 120_000,
		hookTimeout: 120_000,
		sequence: { concurrent: false },
	},
});
