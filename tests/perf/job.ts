/**
 * One job through the platform: two files are uploaded, scanned and read first; measured is from the
 * request for the job until its result is committed, and until the first page of matches can be read.
 * A client of the public API, through HTTPS only. Run by `./dev bench job` in a running instance.
 *
 *   node job.ts BUILD-DIR WORK-DIR [ROWS]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Body, idempotencyKey } from '../api/lib/client.ts';
import { pidOf } from '../api/lib/instance.ts';
import {
  finishedJob,
  newPerson,
  newProject,
  newSource,
  type Project,
  readyDataset,
  scanned,
  startJob,
  upload,
} from '../api/lib/story.ts';

const [build = 'build', work = 'var/bench', rowsText = '1000000'] = process.argv.slice(2);
const rows = Number(rowsText);
const dir = join(resolve(work), `exact-${rows}`);
const patience = 600;
if (!existsSync(join(dir, 'truth.csv'))) {
  mkdirSync(dir, { recursive: true });
  execFileSync(join(resolve(build), 'tests/perf/recon-gen'), ['exact', String(rows), '378', dir]);
}

const since = (start: bigint): string => `${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(2)} s`;

async function imported(project: Project, kind: string, file: string): Promise<Body> {
  const start = process.hrtime.bigint();
  const source = await newSource(project, kind);
  const id = await upload(project, source.id, file, readFileSync(join(dir, file)));
  await scanned(project, id, patience);
  const dataset = await readyDataset(project, id, patience);
  if (dataset.state !== 'ready') throw new Error(JSON.stringify(dataset));
  console.log(`  ${file.padEnd(10)} uploaded, scanned, read   ${since(start)}   ${dataset.rows_accepted} rows`);
  return dataset;
}

/** The name of the field that was read from a column. */
async function fieldOf(dataset: Body, column: string): Promise<string> {
  const mappings = await project.client.get(`${project.path}/sources/${dataset.source}/mappings`);
  const fields = mappings.items[0].mapping.fields as { field: string; column?: string; columns?: string[] }[];
  const found = fields.find((f) => f.column === column || f.columns?.includes(column));
  return found?.field ?? column;
}

async function rulesetOf(left: Body, right: Body): Promise<unknown> {
  const rules = JSON.parse(readFileSync(join(import.meta.dirname, 'rules/exact.json'), 'utf8'));
  for (const name of ['ref', 'amount'])
    Object.assign(rules.fields[name], { left: await fieldOf(left, name), right: await fieldOf(right, name) });
  return rules;
}

/** Peak resident memory of a program of the instance, in MB. */
function peak(program: string): string {
  const status = readFileSync(`/proc/${pidOf(program)}/status`, 'utf8');
  return `${Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1000)} MB`;
}

const project = await newProject((await newPerson('bench')).client);
console.log(`job of ${rows} x ${rows} rows through the platform`);
const left = await imported(project, 'ledger', 'left.csv');
const right = await imported(project, 'bank', 'right.csv');
const reconciliation = await project.client.post(
  `${project.path}/reconciliations`,
  { name: 'Bench', left: left.source, right: right.source, ruleset: await rulesetOf(left, right) },
  { 'idempotency-key': idempotencyKey() },
);
const start = process.hrtime.bigint();
const started = await startJob(project, reconciliation.id, [left.id], [right.id]);
const job = await finishedJob(project, started.id, patience);
if (job.state !== 'done') throw new Error(JSON.stringify(job.error));
console.log(`  committed              ${since(start)}   (<= 3 s)   ${job.summary.confirmed} confirmed`);
const view = await project.client.post(`${project.path}/reconciliations/${reconciliation.id}/views`, {
  job: job.id,
  kind: 'matches',
});
const page = await project.client.get(`${project.path}/views/${view.view}/rows?offset=0&limit=100`);
console.log(`  first page readable    ${since(start)}   ${page.items.length} of ${view.total} matches`);
console.log(`  matcher's peak memory  ${peak('matcher')}   (<= 1 GB)`);
