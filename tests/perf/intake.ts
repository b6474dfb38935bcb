/**
 * How fast files are read: node tests/perf/intake.ts BUILD DIR.
 *
 *   - a CSV of 100 MB on one core: into typed columns, and its cells only found, which is what zsv and libraries
 *     like it publish; DuckDB's reading of it by one thread, where `./dev bench` has installed that;
 *   - a workbook of about 10 MB, read through its mapping by the command line, three times; the best counts.
 *
 * Processor time stands beside wall time, since other programs run too.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from './duckdb.ts';
import { ledger } from './ledger.ts';
import { writeWorkbook } from './workbook.ts';

const [build, dir] = process.argv.slice(2);
if (build === undefined || dir === undefined) throw new Error('usage: intake.ts BUILD DIR');
const recon = join(build, 'recon');
mkdirSync(dir, { recursive: true });

function run(args: string[]): { wall: number; cpu: number; out: string } {
  const start = performance.now();
  const done = spawnSync('/usr/bin/env', ['bash', '-c', 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"', recon, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (done.status !== 0) throw new Error(done.stderr);
  const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(done.stderr);
  return { wall: (performance.now() - start) / 1000, cpu: Number(cpu?.[1]) + Number(cpu?.[2]), out: done.stdout };
}

/** Gigabytes a second on the lines of recon-micro that begin so; the best of them. */
function rate(micro: string, line: string): number {
  const found = micro.split('\n').filter((text) => text.startsWith(line));
  return Math.max(0, ...found.map((text) => Number(/([\d.]+) GB\/s/.exec(text)?.[1] ?? 0)));
}

async function duckdb(csv: string, gigabytes: number): Promise<string> {
  const db = await connect();
  if (db === null) return 'DuckDB is not installed (./dev bench does)';
  const types = "{'date':'DATE','reference':'VARCHAR','description':'VARCHAR','amount':'DECIMAL(18,2)'}";
  const sql = `SELECT count(date), count(reference), count(description), sum(amount) FROM read_csv('${csv}', header=true, delim=',', columns=${types})`;
  await db.run('SET threads = 1');
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await db.runAndReadAll(sql);
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return `DuckDB, one thread, ${(gigabytes / best).toFixed(2)} GB/s`;
}

const csv = join(dir, 'ledger.csv');
const bytes = ledger(100_000_000, 0);
writeFileSync(csv, bytes);
const micro = spawnSync(join(build, 'tests/perf/recon-micro'), [csv], { encoding: 'utf8' }).stdout;
console.log(
  `csv      100 MB: ${rate(micro, 'CSV into typed columns, all of them').toFixed(2)} GB/s into typed columns (cpu, one core);` +
    ` ${rate(micro, 'scan for cells and rows').toFixed(2)} GB/s cells found only, as zsv counts;` +
    ` ${await duckdb(csv, bytes.length / 1e9)}`,
);

const path = join(dir, 'lines.xlsx');
const rows = 250_000;
const megabytes = writeWorkbook(path, rows) / 1e6;
const mapping = join(dir, 'lines.json');
writeFileSync(mapping, JSON.stringify(JSON.parse(run(['read', path, '--json']).out).proposal.mapping));
const times = [1, 2, 3].map(() => run(['read', path, '--mapping', mapping]));
if (!times[0]?.out.includes(`${rows} accepted`)) throw new Error(`not all rows were read: ${times[0]?.out}`);
const wall = Math.min(...times.map((t) => t.wall));
const cpu = Math.min(...times.map((t) => t.cpu));
console.log(
  `xlsx     ${megabytes.toFixed(1)} MB, ${rows} rows: ${wall.toFixed(2)} s wall, ${cpu.toFixed(2)} s cpu;` +
    ` ${((10 * cpu) / megabytes).toFixed(2)} s cpu for 10 MB`,
);
