/**
 * Prints the engine's figures: for each scenario the whole process `recon match` (best of three), peak
 * memory, DuckDB on the same files in the same run, precision, recall and F1 against the truth; then
 * the engine's parts by themselves, and one table of what was asked for and what was reached.
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
const million = 1_000_000;
const plan = wanted.length > 0 ? wanted : ['exact', 'window', 'fuzzy', 'groups', `exact:${10 * million}`];
/** Twice at least: memory that the run before gave back is there, as for the smaller files. */
const rounds = (rows: number): number => (rows > million ? 2 : 3);

interface Run {
  seconds: number;
  out: string;
  status: number | null;
}

interface Figure {
  seconds: number;
  bytesPerRow: number;
  duckdb: number | null;
  score: string;
}

function run(command: string, args: string[]): Run {
  const start = process.hrtime.bigint();
  const child = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (child.error) throw child.error;
  return { seconds, out: child.stdout + child.stderr, status: child.status };
}

const indent = (text: string): string => text.trimEnd().replace(/^/gm, '  ');
const tool = (name: string): string => join(build, 'tests/perf', name);

function files(scenario: string, rows: number): string {
  const dir = join(work, `${scenario}-${rows}`);
  mkdirSync(dir, { recursive: true });
  if (!existsSync(join(dir, 'truth.csv'))) {
    const made = run(tool('recon-gen'), [scenario, String(rows), '378', dir]);
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

/** The left columns that a ruleset compares; those of the scenarios are named alike on both sides. */
function compared(rules: string): string[] {
  const { fields } = JSON.parse(readFileSync(rules, 'utf8')) as { fields: Record<string, { left: string }> };
  return Object.values(fields).map((field) => field.left);
}

/** The best of some runs of the whole process; null when it failed, which is printed. */
function match(left: string, right: string, out: string, rules: string, times: number): number | null {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const args = ['match', left, right, '--out', out, '--quiet', '--rules', rules];
    const result = run(join(build, 'recon'), args);
    if (result.status !== 0) {
      console.log(indent(result.out), `\n  failed with exit code ${result.status}`);
      process.exitCode = 1;
      return null;
    }
    best = Math.min(best, result.seconds);
  }
  return best;
}

const db = await connect();
if (db === null) console.log('DuckDB: skipped (its npm package is not installed in tests/perf)');

async function measure(scenario: string, rows: number): Promise<Figure | null> {
  const dir = files(scenario, rows);
  const [left, right, out, truth] = ['left.csv', 'right.csv', 'out', 'truth.csv'].map((name) =>
    join(dir, name),
  ) as [string, string, string, string];
  const rules = join(here, 'rules', `${scenario}.json`);
  const bytes = statSync(left).size + statSync(right).size;
  console.log(`\n${scenario} ${rows} rows, ${(bytes / 1e6).toFixed(0)} MB`);
  const seconds = match(left, right, out, rules, rounds(rows));
  if (seconds === null) return null;
  const bytesPerRow = peak(out) / (2 * rows);
  console.log(
    `  engine   ${seconds.toFixed(3)} s  ${((2 * rows) / seconds / 1e6).toFixed(2)} M rows/s  peak ${bytesPerRow.toFixed(0)} bytes a row`,
  );
  const peer = db === null || rows > million ? null : await time(db, scenario, left, right);
  if (peer !== null)
    console.log(
      `  duckdb   ${peer.seconds.toFixed(3)} s  ${peer.pairs} joined pairs  ratio ${(seconds / peer.seconds).toFixed(2)}`,
    );
  if (rows <= million) console.log(indent(run(tool('recon-score'), ['--baseline', left, right, truth]).out));
  const score = run(tool('recon-score'), [truth, join(out, 'matches.csv'), left, right, ...compared(rules)]);
  console.log(indent(score.out));
  return { seconds, bytesPerRow, duckdb: peer?.seconds ?? null, score: score.out };
}

const figures = new Map<string, Figure>();
for (const item of plan) {
  const [scenario = '', rowsText] = item.split(':');
  const rows = rowsText === undefined ? million : Number(rowsText);
  const figure = await measure(scenario, rows);
  if (figure !== null) figures.set(`${scenario}:${rows}`, figure);
}

const micro = run(tool('recon-micro'), [join(files('exact', million), 'left.csv')]).out;
console.log(`\nparts, one core, seconds of the processor\n${indent(micro)}`);

/** The number before a unit on the line of recon-micro that begins so. */
function part(line: string): string {
  const found = micro.split('\n').find((text) => text.startsWith(line));
  return found?.slice(line.length).trim().split('  (')[0] ?? '-';
}

function row(what: string, reached: string, asked: string): void {
  console.log(`  ${what.padEnd(52)} ${reached.padStart(34)}   ${asked}`);
}

function ratio(figure: Figure | undefined): string {
  if (figure === undefined) return '-';
  const seconds = `${figure.seconds.toFixed(3)} s`;
  return figure.duckdb === null
    ? seconds
    : `${seconds} = ${(figure.seconds / figure.duckdb).toFixed(2)} x DuckDB`;
}

const seconds = (figure: Figure | undefined): string =>
  figure === undefined ? '-' : `${figure.seconds.toFixed(2)} s`;
const one = figures.get(`exact:${million}`);
const ten = figures.get(`exact:${10 * million}`);
const groups = figures.get(`groups:${million}`);
const found = groups?.score.match(/^n:1 .* P (\S+) +R (\S+)/m);

console.log('\nfigures');
row('1 M x 1 M exact, two CSVs to matches written', ratio(one), '<= 0.3 x DuckDB (CSV to count)');
row('amount + window of days, 1:1 optimal', ratio(figures.get(`window:${million}`)), '<= 0.5 x DuckDB (CSV to join)');
row('fuzzy, about ten candidates a row', seconds(figures.get(`fuzzy:${million}`)), '< 2 s');
row('70 k groups in 1 M rows', seconds(groups), '< 5 s');
row('  lines found, precision', found ? `${found[2]}, ${found[1]}` : '-', '>= 0.95, >= 0.995');
row(
  '10 M x 10 M exact',
  one && ten ? `${ten.seconds.toFixed(2)} s = ${(ten.seconds / one.seconds / 10).toFixed(2)} x ten times 1 M` : seconds(ten),
  '<= 1.3 x',
);
row('  peak memory', ten ? `${ten.bytesPerRow.toFixed(0)} bytes a row` : '-', 'printed');
row('CSV into typed columns, one core', part('CSV into typed columns, all of them'), '>= 1 GB/s');
row('Levenshtein, 24 characters, one core', part('Levenshtein, 24 characters'), '>= 20 M pairs/s');
row('Jaro-Winkler, 24 characters, one core', part('Jaro-Winkler, 24 characters'), '>= 10 M pairs/s');
row('1 M x 1 M through the platform', './dev bench job', '<= 3 s, <= 1 GB');
