// Writes a package.json and package-lock.json of nothing but the Node binaries that a lock file pins.
//   node toolchain.mjs LOCK-FILE FOLDER     (runs on any Node from 18)
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [lockFile, folder] = process.argv.slice(2);
const { lockfileVersion, packages } = JSON.parse(readFileSync(lockFile, "utf8"));
const isNode = ([path]) => /^node_modules\/node-linux-[a-z0-9]+$/.test(path);
const nodes = Object.fromEntries(Object.entries(packages).filter(isNode));
const wanted = Object.entries(nodes).map(([path, { version }]) => [
	path.replace("node_modules/", ""),
	version,
]);
const root = { name: "toolchain", private: true, optionalDependencies: Object.fromEntries(wanted) };

const write = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value, null, 2));
write("package.json", root);
write("package-lock.json", {
	name: root.name,
	lockfileVersion,
	requires: true,
	packages: { "": root, ...nodes },
});
