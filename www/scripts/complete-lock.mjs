// Completes package-lock.json after `npm install` from a registry that serves only some platforms:
// such a run leaves the other platforms' optional packages out of the lock, and `npm ci` then
// refuses it. The entries added here name version and platform only; they are never fetched on a
// machine of another platform.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "package-lock.json";
const OS = /(android|darwin|freebsd|linux|openbsd|win32)/;
const CPU = /(arm64|x64|ia32|arm|ppc64|s390x|riscv64)/;

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const { "": root, ...packages } = lock.packages;

for (const [path, entry] of Object.entries(packages)) {
	for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
		const key = `node_modules/${name}`;
		if (packages[key] || packages[`${path}/${key}`]) continue;
		const os = OS.exec(name)?.[1];
		const cpu = CPU.exec(name.split("/").pop())?.[1];
		packages[key] = {
			version,
			...(cpu && { cpu: [cpu] }),
			dev: true,
			...(name.endsWith("musl") && { libc: ["musl"] }),
			optional: true,
			...(os && { os: [os] }),
		};
	}
}
const sorted = Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = { "": root, ...Object.fromEntries(sorted) };
writeFileSync(FILE, `${JSON.stringify(lock, null, "\t")}\n`);
