// Fails when a route's first load outgrows its budget (kB = 1000 bytes of gzip -9). A route's first
// load is the entry, the shell (but for sign-in) and its lazy page, with everything that they import
// statically.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const LOGIN = "src/features/auth/LoginPage.tsx";
const SHELL = "src/app/Shell.tsx";
const BUDGET = { login: 140_000, route: 220_000, chunk: 35_000, css: 12_000 };

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));
const size_cache = new Map();

function gzip_size(file) {
	if (!size_cache.has(file)) {
		size_cache.set(file, gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length);
	}
	return size_cache.get(file);
}

/** Every chunk that loading `keys` loads. */
function closure(keys) {
	const seen = new Set();
	const queue = [...keys];
	for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
		if (seen.has(key)) continue;
		seen.add(key);
		queue.push(...(manifest[key].imports ?? []));
	}
	return [...seen];
}

const failures = [];
function check(what, bytes, limit) {
	const verdict = bytes <= limit ? "ok" : "TOO LARGE";
	console.log(
		`${verdict.padEnd(9)} ${(bytes / 1000).toFixed(1).padStart(7)} of ${limit / 1000} kB  ${what}`,
	);
	if (bytes > limit) failures.push(what);
}

const pages = Object.keys(manifest).filter((key) => /^src\/features\/.*Page\.tsx$/.test(key));
if (!pages.includes(LOGIN)) throw new Error(`${LOGIN} is not in the manifest`);
for (const page of pages) {
	const chunks = closure(page === LOGIN ? ["index.html", page] : ["index.html", SHELL, page]);
	const css = new Set(chunks.flatMap((key) => manifest[key].css ?? []));
	const total = (files) => files.reduce((sum, file) => sum + gzip_size(file), 0);
	const name = page.replace("src/features/", "");
	check(
		`${name} first load`,
		total(chunks.map((key) => manifest[key].file)),
		page === LOGIN ? BUDGET.login : BUDGET.route,
	);
	check(`${name} own chunk`, gzip_size(manifest[page].file), BUDGET.chunk);
	check(`${name} CSS`, total([...css]), BUDGET.css);
}

console.log(`${pages.length} routes, ${failures.length} over budget`);
process.exitCode = failures.length > 0 ? 1 : 0;
