/**
 * How fast files are read: node tests/perf/intake.ts BUILD DIR. For each kind a file of about 10 MB, read
 * through its mapping into typed columns by the command line, three times; the best counts. Processor
 * time stands beside wall time, since other programs run too.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
