// docs/openapi.json (printed by recon-api from its route table) -> src/api/gen.ts: types, and one
// endpoint per operation. The output is committed; a difference after running this fails the tests.
import { fileURLToPath } from "node:url";
import { generateEndpoints } from "@rtk-query/codegen-openapi";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

await generateEndpoints({
	schemaFile: process.argv[2] ?? path("../../docs/openapi.json"),
	apiFile: "./src/api/base.ts",
	apiImport: "api",
	outputFile: "./src/api/gen.ts",
	exportName: "gen",
	// The hooks are members of the API; exported one by one, each would lie in the first load of every page.
	hooks: false,
	tag: false,
	// Bytes go up by src/api/tus.ts, which reports progress and resumes what the JSON route announced.
	filterEndpoints: (name) => !name.startsWith("uploadContent") && name !== "tusCreate",
	encodePathParams: true,
	encodeQueryParams: false,
	// A view is a question; that it travels as a POST does not make it a change.
	endpointOverrides: [{ pattern: /^viewCreate$/, type: "query" }],
});
