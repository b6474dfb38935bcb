/**
 * The review of a job of a million matches, as a signed-in person's browser does it: views, facets,
 * pages, search, evidence and decisions through HTTPS, nginx and the data pool. Run by
 * `./dev bench review` in a running instance.
 *
 *   node review.ts BUILD-DIR WORK-DIR [MATCHES]
 *
 * What is printed are 95th percentiles of one client, in milliseconds, beside the bound; then what 50
 * reviewers who decide at once make of the log: every decision that was answered must be in it, and no
 * match twice; then the first view after the pool has started anew, and the pool's memory.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Body, type Client, idempotencyKey } from '../api/lib/client.ts';
import { sql } from '../api/lib/command.ts';
import { dev, pidOf, until } from '../api/lib/instance.ts';
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

const [build = 'build', work = 'var/bench', matchesText = '1000000'] = process.argv.slice(2);
/* One row in twenty has no partner. */
const rows = Math.ceil(Number(matchesText) * 1.06);
const dir = join(resolve(work), `exact-${rows}`);
const patience = 600;
const reviewers = 50;
const each = 4;
if (!existsSync(join(dir, 'truth.csv'))) {
  mkdirSync(dir, { recursive: true });
  execFileSync(join(resolve(build), 'tests/perf/recon-gen'), ['exact', String(rows), '378', dir]);
}

async function imported(project: Project, kind: string, file: string): Promise<Body> {
  const source = await newSource(project, kind);
  const id = await upload(project, source.id, file, readFileSync(join(dir, file)));
  await scanned(project, id, patience);
  const dataset = await readyDataset(project, id, patience);
  if (dataset.state !== 'ready') throw new Error(JSON.stringify(dataset));
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
  const rules = JSON.parse(readFileSync(join(import.meta.dirname, 'rules/review.json'), 'utf8'));
  for (const name of ['ref', 'amount'])
    Object.assign(rules.fields[name], { left: await fieldOf(left, name), right: await fieldOf(right, name) });
  return rules;
}

/** Resident memory of a program of the instance, now or at most, in MB. */
function memory(program: string, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pidOf(program)}/status`, 'utf8');
  return Math.round(Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1000);
}

const centile = (times: number[], share: number): number => {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** How long each of n calls takes, in milliseconds; the first, which may make what the others find, is left out. */
async function timed(n: number, call: (i: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i <= n; i++) {
    const start = performance.now();
    await call(i);
    if (i > 0) times.push(performance.now() - start);
  }
  return times;
}

function report(what: string, times: number[], bound: number): void {
  const [middle, high] = [centile(times, 0.5), centile(times, 0.95)];
  console.log(
    `  ${what.padEnd(34)} median ${middle.toFixed(1).padStart(6)} ms   p95 ${high.toFixed(1).padStart(6)} ms` +
      `   (<= ${bound} ms)${high > bound ? '   MISSED' : ''}`,
  );
}

const project = await newProject((await newPerson('bench')).client);
const { client, path } = project;
const left = await imported(project, 'ledger', 'left.csv');
const right = await imported(project, 'bank', 'right.csv');
const reconciliation = await client.post(
  `${path}/reconciliations`,
  { name: 'Bench', left: left.source, right: right.source, ruleset: await rulesetOf(left, right) },
  { 'idempotency-key': idempotencyKey() },
);
const rec = `${path}/reconciliations/${reconciliation.id}`;
const started = await startJob(project, reconciliation.id, [left.id], [right.id]);
const job = await finishedJob(project, started.id, patience);
if (job.state !== 'done') throw new Error(JSON.stringify(job.error));
const view = (spec: Body, by: Client = client): Promise<Body> => by.post(`${rec}/views`, { job: job.id, ...spec });

const all = await view({ kind: 'matches' });
console.log(`review of ${all.total} matches of 2 x ${rows} rows, one person, through nginx`);

/* ---- views ---- */

const filters = (i: number): Body[] => [
  { kind: 'matches', filter: { status: ['suggested'], amount_min: String(10_000 + 997 * i) }, sort: [{ field: 'amount', descending: true }] },
  { kind: 'matches', filter: { date_from: '2026-03-01', date_to: '2026-09-30' }, sort: [{ field: 'date' }, { field: 'amount', descending: true }] },
  { kind: 'open_items', filter: { amount_min: String(i) }, sort: [{ field: 'amount', descending: true }] },
];
for (const [n, what] of ['status and amount, by amount', 'half a year, by date and amount', 'open items, by amount'].entries())
  report(`view: ${what}`, await timed(20, (i) => view(filters(i)[n])), 100);
report('view: part of any text', await timed(20, (i) => view({ kind: 'matches', filter: { text: `order ${1234567 + 7919 * i}`.slice(0, 11) } })), 150);
report('view: part of any text, rare', await timed(20, (i) => view({ kind: 'matches', filter: { text: `${1234567 + 7919 * i}` } })), 150);

/* ---- what is in them ---- */

const large = await view(filters(0)[1]);
report('facets of a view', await timed(20, () => client.get(`${path}/views/${large.view}/facets`)), 50);
report(
  'facets of a new view',
  await (async () => {
    const times: number[] = [];
    for (let i = 0; i < 12; i++) {
      const fresh = await view({ kind: 'matches', filter: { confidence_min: i / 1000 } });
      const start = performance.now();
      await client.get(`${path}/views/${fresh.view}/facets`);
      times.push(performance.now() - start);
    }
    return times;
  })(),
  50,
);
const pages = (of: Body) => (i: number) =>
  client.get(`${path}/views/${of.view}/rows?offset=${(i * 48_611) % of.total}&limit=50`);
report('page of 50 rows', await timed(60, pages(large)), 10);
report('evidence', await timed(60, (i) => client.get(`${path}/jobs/${job.id}/matches/${1 + ((i * 7919) % all.total)}/evidence`)), 10);

/* ---- decisions ---- */

const suggested = await view({ kind: 'matches', filter: { status: ['suggested'] } });
const wanted = 60 + reviewers * each;
const numbers: number[] = [];
while (numbers.length < Math.min(wanted, suggested.total)) {
  const page = await client.get(`${path}/views/${suggested.view}/rows?offset=${numbers.length}&limit=500`);
  numbers.push(...page.items.map((row: Body) => row.match.no));
}
let version = (await client.get(rec)).version as number;
const decide = (by: Client, no: number, seq: number) =>
  by.call('POST', `${rec}/decisions`, {
    json: { kind: 'confirm', match: { job: job.id, no } },
    headers: { 'if-match': `"${seq}"`, 'idempotency-key': idempotencyKey() },
  });
report(
  'decision',
  await timed(50, async () => {
    const answer = await decide(client, numbers.pop() ?? 0, version);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    version = answer.body.seq;
  }),
  15,
);
report('page after decisions', await timed(40, pages(suggested)), 10);

/* ---- many at once ---- */

const people: Client[] = [];
for (let i = 0; i < reviewers; i++) people.push((await newPerson('reviewer')).client);
const ids = await Promise.all(people.map(async (one) => (await one.get('/api/v1/me')).user.id as string));
sql(ids.map((id) => `INSERT INTO member (project_id, user_id, role) VALUES ('${project.id}', '${id}', 'analyst');`).join('\n'));
const before = version;
let stale = 0;
const answered: { seq: number; no: number }[] = [];
/* Neighbours go for the same match: one of them must be told. */
const own = (i: number, k: number): number => numbers[Math.floor(i / 2) * each + k] ?? 0;
let taken = 0;
async function reviewer(one: Client, i: number): Promise<void> {
  let seq = version;
  for (let k = 0; k < each; k++)
    for (;;) {
      const answer = await decide(one, own(i, k), seq);
      if (answer.status === 201) {
        answered.push({ seq: answer.body.seq, no: own(i, k) });
        seq = answer.body.seq;
        break;
      }
      if (answer.body.code === 'decision_state') {
        taken++;
        break;
      }
      if (answer.status !== 409 && answer.status !== 412) throw new Error(JSON.stringify(answer.body));
      stale++;
      seq = (await one.get(rec)).version;
    }
}
const start = performance.now();
await Promise.all(people.map(reviewer));
const seconds = (performance.now() - start) / 1000;
const log = (await client.list(`${rec}/decisions?limit=1000`)).filter((entry) => entry.seq > before);
const logged = new Map(log.map((entry) => [entry.seq, entry.match.no]));
const lost = answered.filter(({ seq, no }) => logged.get(seq) !== no).length;
const double = log.length - new Set(log.map((entry) => entry.match.no)).size;
console.log(
  `  ${reviewers} reviewers at once: ${answered.length} decisions in ${seconds.toFixed(1)} s, ${stale} times told to look again,` +
    ` ${taken} times that it was decided; ${lost} lost, ${double} double, ${log.length - answered.length} unasked`,
);

/* ---- from nothing ---- */

const warm = memory('api-data', 'VmRSS');
const most = memory('api-data', 'VmHWM');
dev('restart', 'api-data');
await until('the data pool', () => client.call('GET', `${path}/views/${all.view}/rows?limit=1000`), (answer) => answer.status === 422);
const coldStart = performance.now();
await view(filters(0)[0]);
report('first view of a pool that just began', [performance.now() - coldStart], 1000);
console.log(`  memory of the data pool: ${warm} MB, ${most} MB at most, ${memory('api-data', 'VmRSS')} MB after the first view`);
if (lost + double > 0 || log.length !== answered.length) process.exitCode = 1;
