/**
 * Uploads through the platform: nginx, the upload pool, the vault, the scanner. Run by `./dev bench intake` in a
 * running instance.
 *
 *   node upload.ts WORK-DIR SIGNATURES
 *
 *   - one CSV of 100 MB: uploaded, hashed, encrypted and scanned, beside clamscan of the same file with the same
 *     signatures (best of three each);
 *   - 20 of 120 MB at once, in parts: all must arrive with the hash they were sent with; how much memory the
 *     upload pool had at most.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pidOf } from '../api/lib/instance.ts';
import { announce, newPerson, newProject, newSource, type Project, scanned, sendPart } from '../api/lib/story.ts';
import { ledger } from './ledger.ts';

const [work = 'var/bench', signatures = 'tests/data/clamav/eicar.ndb'] = process.argv.slice(2);
const MB = 1_000_000;
const PATIENCE = 900;
const seconds = (start: number): number => (performance.now() - start) / 1000;

function clamscan(path: string): number {
  const start = performance.now();
  execFileSync('clamscan', [`--database=${resolve(signatures)}`, '--max-filesize=2000M', '--max-scansize=2000M', '--no-summary', path]);
  return seconds(start);
}

async function whole(project: Project, source: string, body: Buffer): Promise<{ sent: number; scanned: number }> {
  const announced = await announce(project, source, 'large.csv', body, {});
  const start = performance.now();
  await project.client.want('PUT', announced.href, {
    body,
    headers: { 'content-type': 'application/octet-stream' },
  });
  const sent = seconds(start);
  const file = await scanned(project, announced.file, PATIENCE);
  if (file.state !== 'clean') throw new Error(JSON.stringify(file));
  return { sent, scanned: seconds(start) };
}

/** Everybody sends the same table, but for the first row's reference. */
async function inParts(project: Project, source: string, body: Buffer, number: number): Promise<void> {
  const head = Buffer.from(body.subarray(0, 1000));
  head.write(`SALT-${String(number).padStart(4, '0')}`, head.indexOf('INV-'));
  const sha256 = createHash('sha256').update(head).update(body.subarray(head.length)).digest('hex');
  const announced = await announce(project, source, 'parallel.csv', body, { sha256 });
  for (let at = 0; at < body.length; at += announced.part_bytes) {
    const plain = body.subarray(at, at + announced.part_bytes);
    const part = at > 0 ? plain : Buffer.concat([head, plain.subarray(head.length)]);
    const answer = await sendPart(project, announced.href, at, part);
    if (answer.status !== 204) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const file = await scanned(project, announced.file, PATIENCE);
  if (file.state !== 'clean' || file.sha256 !== sha256) throw new Error(JSON.stringify(file));
}

/** Kilobytes that a program of the instance holds at most since it began. */
function peakKb(program: string): number {
  const status = readFileSync(`/proc/${pidOf(program)}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
}

mkdirSync(work, { recursive: true });
const project = await newProject((await newPerson('bench')).client);
const source = (await newSource(project, 'ledger')).id;
const path = join(resolve(work), 'large.csv');
const large = ledger(100 * MB, 0);
if (!existsSync(path) || readFileSync(path).length !== large.length) writeFileSync(path, large);
const runs = [];
for (let i = 0; i < 3; i++) runs.push(await whole(project, source, large));
const best = Math.min(...runs.map((run) => run.scanned));
const alone = Math.min(...[1, 2, 3].map(() => clamscan(path)));
console.log(
  `upload   100 MB CSV: sent ${Math.min(...runs.map((run) => run.sent)).toFixed(2)} s, scanned ${best.toFixed(2)} s;` +
    ` clamscan ${alone.toFixed(2)} s; ${(best / alone).toFixed(2)} x`,
);

const larger = ledger(120 * MB, 1);
const before = peakKb('api-upload');
const start = performance.now();
await Promise.all(Array.from({ length: 20 }, (_, i) => inParts(project, source, larger, i)));
console.log(
  `upload   20 x 120 MB at once: all arrived and clean after ${seconds(start).toFixed(1)} s;` +
    ` upload pool at most ${(peakKb('api-upload') / 1000).toFixed(1)} MB (${(before / 1000).toFixed(1)} MB before)`,
);
