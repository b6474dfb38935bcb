// Writes a .gz and a .br beside every text file of dist/, so that nginx serves stored bytes
// (gzip_static, brotli_static) and never compresses on the fly.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url).pathname;
const TEXT = new Set([".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt"]);
const SMALLEST = 512;

for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
	if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue;
	const path = join(entry.parentPath, entry.name);
	const bytes = readFileSync(path);
	if (bytes.length < SMALLEST) continue;
	writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
	const params = {
		[constants.BROTLI_PARAM_QUALITY]: 11,
		[constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
	};
	writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
}
