/**
 * Prints the engine's table: for each scenario the whole process `recon match` (best of three), peak
 * memory, DuckDB on the same files in the same run, and precision, recall and F1 against the truth.
 *
 *   node bench.ts BUILD-DIR WORK-DIR [SCENARIO[:ROWS] ...]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, time } from './duckdb.ts';

const here = dirname(fileURLToPath(import.meta.url));
const [buildArg, workArg, ...wanted] = process.argv.slice(2);
if (buildArg === undefined || workArg === undefined) {
  console.error('usage: node bench.ts BUILD-DIR WORK-DIR [SCENARIO[:ROWS] ...]');
  process.exit(2);
}
const build = resolve(buildArg);
const work = resolve(workArg);
const plan = wanted.length > 0 ? wanted : ['exact', 'window', 'fuzzy', 'groups'];

function run(command: string, args: string[]): { seconds: number; out: string; status: number | null } {
  const start = process.hrtime.bigint();
  const child = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (child.error) throw child.error;
  return { seconds, out: child.stdout + child.stderr, status: child.status };
}

function files(scenario: string, rows: number): string {
  const dir = join(work, `${scenario}-${rows}`);
  mkdirSync(dir, { recursive: true });
  if (!existsSync(join(dir, 'truth.csv'))) {
    const made = run(join(build, 'tests/perf/recon-gen'), [scenario, String(rows), '378', dir]);
    if (made.status !== 0) throw new Error(made.out);
  }
  return dir;
}

/** Peak resident bytes as the receipt of the last run states them. */
function peak(out: string): number {
  const path = join(out, 'receipt.json');
  const receipt = JSON.parse(readFileSync(path, 'utf8')) as { unhashed?: { peak_memory_bytes?: number } };
  return receipt.unhashed?.peak_memory_bytes ?? 0;
}

const db = await connect();
if (db === null) console.log('DuckDB: skipped (its npm package is not installed in tests/perf)');

for (const item of plan) {
  const [scenario = '', rowsText] = item.split(':');
  const rows = rowsText === undefined ? 1_000_000 : Number(rowsText);
  const dir = files(scenario, rows);
  const left = join(dir, 'left.csv');
  const right = join(dir, 'right.csv');
  const out = join(dir, 'out');
  const rules = join(here, 'rules', `${scenario}.json`);
  const args = ['match', left, right, '--out', out, '--quiet', '--threads', '2'];
  if (existsSync(rules)) args.push('--rules', rules);
  let best = Number.POSITIVE_INFINITY;
  let status: number | null = 0;
  for (let i = 0; i < 3 && status === 0; i++) {
    const result = run(join(build, 'recon'), args);
    status = result.status;
    if (status !== 0) console.log(result.out);
    best = Math.min(best, result.seconds);
  }
  const bytes = statSync(left).size + statSync(right).size;
  console.log(`\n${scenario} ${rows} rows, ${(bytes / 1e6).toFixed(0)} MB`);
  if (status !== 0) {
    console.log(`  failed with exit code ${status}`);
    process.exitCode = 1;
    continue;
  }
  const memory = peak(out);
  console.log(
    `  engine   ${best.toFixed(3)} s  ${((2 * rows) / best / 1e6).toFixed(2)} M rows/s  peak ${(memory / 1e6).toFixed(0)} MB (${(memory / (2 * rows)).toFixed(0)} bytes a row)`,
  );
  const peer = db === null ? null : await time(db, scenario, left, right);
  if (peer !== null) {
    console.log(
      `  duckdb   ${peer.seconds.toFixed(3)} s  ${peer.pairs} joined pairs  ratio ${(best / peer.seconds).toFixed(2)}`,
    );
  }
  console.log(run(join(build, 'tests/perf/recon-score'), ['--baseline', left, right, join(dir, 'truth.csv')]).out.replace(/^/gm, '  '));
  console.log(run(join(build, 'tests/perf/recon-score'), [join(dir, 'truth.csv'), join(out, 'matches.csv')]).out.replace(/^/gm, '  '));
}
