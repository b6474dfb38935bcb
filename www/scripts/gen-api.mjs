// docs/openapi.json (printed by recon-api from its route table) -> src/api/gen.ts: types, and one
// endpoint per operation that the front end names as a hook or an endpoint, or gives tags to: what no page
// uses would lie in the first load of every page. Run it again after using another one.
// The output is committed; a difference after running this fails the tests.
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateEndpoints } from "@rtk-query/codegen-openapi";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

const used = new Set();
for (const file of globSync("src/**/*.{ts,tsx}", { cwd: path("..") })) {
	if (file.endsWith("gen.ts")) continue;
	const text = readFileSync(path(`../${file}`), "utf8");
	for (const [, name] of text.matchAll(/\buse(?:Lazy)?([A-Z]\w*?)(?:Query|Mutation)\b/g))
		used.add(name[0].toLowerCase() + name.slice(1));
	for (const [, name] of text.matchAll(/\bendpoints\.(\w+)/g)) used.add(name);
	for (const [, name] of text.matchAll(/^\t\t(\w+): \{ (?:provides|invalidates)Tags/gm))
		used.add(name);
}

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
	filterEndpoints: (name) =>
		used.has(name) && !name.startsWith("uploadContent") && name !== "tusCreate",
	encodePathParams: true,
	encodeQueryParams: false,
	// A view is a question; that it travels as a POST does not make it a change.
	endpointOverrides: [{ pattern: /^viewCreate$/, type: "query" }],
});
