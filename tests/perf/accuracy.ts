/**
 * Prints how right the engine is with its default ruleset, no labels and no hints: for every set
 * precision, recall and F1 over pairs (confirmed + suggested, groups expanded), the precision of
 * confirmed alone, time and memory, the bar it has to reach; then whether confidence means what it says.
 *
 *   node accuracy.ts BUILD-DIR WORK-DIR [--explain] [SET[:ROWS][+NOISE-COLUMNS][/renamed|/shuffled] ...]
 *
 * "bad" stands for all sets that a model can be led astray by (bad.ts). Pairs of equal rows that the
 * engine flags as interchangeable count as right when such a pair is true (truth.ts).
 *
 * --explain tells below each set where true pairs were lost, with examples (explain.c).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BAD } from './bad.ts';
import { type Files, parse, prepare, type Wanted } from './sets.ts';
import { calibration, contentsOf, exchange, readSaid, readTruth, type Score, score, type Tenth } from './truth.ts';

const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [buildArg, workArg, ...options] = process.argv.slice(2);
const asked = options.filter((option) => option !== '--explain');
const explains = options.length > asked.length;
if (buildArg === undefined || workArg === undefined) {
  console.error('usage: node accuracy.ts BUILD-DIR WORK-DIR [SET ...]');
  process.exit(2);
}
const build = resolve(buildArg);
const work = resolve(workArg);

const ROWS = 45_000;
const CONFIRMED = 0.999;
const HONEST = 0.99; /* of bad input */
const everything = [
  'febrl4', 'febrl3', 'abt',
  'noisy:45000', 'noisy10:45000', 'noisy:45000+10', 'noisy:45000+35',
  'bank:1000', 'bank:5000', 'bank:20000', 'cash:1000', 'cash:5000', 'cash:20000',
  'febrl4/renamed', 'febrl4/shuffled', 'abt/renamed', 'noisy:45000/renamed', 'noisy:45000/shuffled',
  'bank:5000/renamed', 'cash:5000/renamed', 'random:5000',
  ...BAD, 'noisy:1000000',
];

/** From so many rows on a set has bars of time and memory, too, on two cores that do nothing else. */
const LARGE = { rows: 1_000_000, seconds: 5, bytes: 1.5e9 };

/** F1 that a set has to reach; sets that vary another one are held to that one. */
const bars: Record<string, number> = {
  febrl4: 0.9999, febrl3: 0.998, abt: 0.95, noisy: 0.995, noisy10: 0.985, bank: 0.985, cash: 0.98,
};

interface Outcome {
  want: Wanted;
  files: Files;
  score: Score;
  tenths: Tenth[];
  seconds: number;
  cpu: number;
  memory: number;
  bar: string;
  reached: boolean;
}

interface Run {
  status: number | null;
  seconds: number;
  cpu: number;
  text: string;
}

/** The whole process: wall time, and user + system time, which a busy machine disturbs less. */
function run(args: string[]): Run {
  const script = 'TIMEFORMAT="times %R %U %S"; time "$@"';
  const child = spawnSync('bash', ['-c', script, 'run', join(build, 'recon'), ...args], { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (child.error) throw child.error;
  const times = /times ([\d.]+) ([\d.]+) ([\d.]+)/.exec(child.stderr) ?? [];
  const [wall, user, system] = times.slice(1).map(Number);
  return {
    status: child.status,
    seconds: wall ?? Number.NaN,
    cpu: (user ?? Number.NaN) + (system ?? 0),
    text: child.stdout + child.stderr.replace(/times .*\n/, ''),
  };
}

const takesAdvice = run(['match']).text.includes('--advice');

/** Peak resident bytes as the receipt states them. */
function peak(dir: string): number {
  const path = join(dir, 'receipt.json');
  if (!existsSync(path)) return Number.NaN;
  const receipt = JSON.parse(readFileSync(path, 'utf8')) as { unhashed?: { peak_memory_bytes?: number } };
  return receipt.unhashed?.peak_memory_bytes ?? Number.NaN;
}

function match(files: Files, out: string): Run {
  rmSync(out, { recursive: true, force: true });
  const args = ['match', ...files.inputs, '--out', out, '--quiet', '--threads', '2'];
  if (files.inputs.length === 1) args.push('--dedupe');
  if (files.advice !== null && takesAdvice) args.push('--advice', files.advice);
  return run(args);
}

const done = new Map<string, Outcome | null>();

/** The bar of a set, and whether it is reached. */
function judge(want: Wanted, got: Score): { bar: string; reached: boolean } {
  if (BAD.includes(want.name)) {
    const bar = got.truth === 0 ? 'none confirmed' : `P(conf) >= ${HONEST}`;
    return { bar, reached: got.truth === 0 ? got.sure === 0 : got.confirmed >= HONEST };
  }
  const sure = got.sure === 0 || got.confirmed >= CONFIRMED;
  if (want.name === 'random') return { bar: 'none confirmed', reached: got.sure === 0 };
  if (want.variant === '' && want.noise === 0) {
    const bar = bars[want.name];
    return bar === undefined ? { bar: '-', reached: sure } : { bar: `>= ${bar}`, reached: sure && got.f1 >= bar };
  }
  const base = measure(parse(want.text.replace(want.variant === '' ? /\+\d+/ : /\/.*/, ''), ROWS));
  if (base === null) return { bar: '-', reached: sure };
  const off = Math.abs(got.f1 - base.score.f1);
  if (want.variant === 'shuffled') {
    const same = got.said === base.score.said && got.right === base.score.right && got.sure === base.score.sure;
    return { bar: 'the same pairs', reached: same };
  }
  const within = want.variant === 'renamed' ? 0.005 : 0.006;
  const better = want.variant === '' && got.f1 > base.score.f1;
  return { bar: `${base.score.f1.toFixed(4)} +-${within}`, reached: sure && (better || off <= within) };
}

/** Large files are scored by recon-score, which holds them in a fraction of the memory; without calibration. */
function scoreLarge(files: Files, out: string): Score {
  const text = spawnSync(join(build, 'tests/perf/recon-score'), [files.truth, join(out, 'matches.csv')], { encoding: 'utf8' }).stdout;
  const all = /^all .*$/m.exec(text)?.[0] ?? '';
  const figure = (name: string): number => Number(new RegExp(`${name} +([\\d.]+)`).exec(all)?.[1] ?? Number.NaN);
  const [said, precision, sure, confirmed] = [figure('said'), figure('P'), figure('confirmed'), figure('P\\(confirmed\\)')];
  return {
    truth: figure('true'), said, right: Math.round(said * precision), precision, recall: figure('R'), f1: figure('F1'),
    sure, sureRight: Math.round(sure * confirmed), confirmed,
  };
}

function judgeLarge(want: Wanted, seconds: number, memory: number, judged: { bar: string; reached: boolean }): { bar: string; reached: boolean } {
  if (want.rows < LARGE.rows) return judged;
  const bar = `${judged.bar}, < ${LARGE.seconds} s, <= ${LARGE.bytes / 1e6} MB`;
  return { bar, reached: judged.reached && seconds < LARGE.seconds && memory <= LARGE.bytes };
}

function scoreSmall(files: Files, out: string): { got: Score; tenths: Tenth[] } {
  const truth = readTruth(files.truth);
  const [left, right] = files.inputs.map((path) => contentsOf(path, files.delimiter));
  const said = right === undefined ? readSaid(out, 0.99) : exchange(truth, readSaid(out, 0.99), left ?? [], right);
  return { got: score(truth, said), tenths: calibration(truth, said) };
}

function measure(want: Wanted): Outcome | null {
  const known = done.get(want.text);
  if (known !== undefined) return known;
  const files = prepare(top, build, work, want);
  if (files === null) {
    console.log(`${want.text.padEnd(22)} skipped: the public data is not there`);
    done.set(want.text, null);
    return null;
  }
  const out = join(files.dir, 'out');
  const result = match(files, out);
  if (result.status !== 0) {
    console.log(`${want.text.padEnd(22)} failed with exit code ${result.status}: ${result.text.trim().split('\n').at(-1)}`);
    process.exitCode = 1;
    done.set(want.text, null);
    return null;
  }
  const { got, tenths } = want.rows >= LARGE.rows ? { got: scoreLarge(files, out), tenths: [] } : scoreSmall(files, out);
  const memory = peak(out);
  const outcome = { want, files, score: got, tenths, seconds: result.seconds, cpu: result.cpu, memory, ...judgeLarge(want, result.seconds, memory, judge(want, got)) };
  done.set(want.text, outcome);
  print(outcome);
  if (explains && files.inputs.length === 2)
    console.log(spawnSync(join(build, 'tests/perf/recon-explain'), [...files.inputs, files.truth], { encoding: 'utf8', maxBuffer: 64 << 20 }).stdout);
  return outcome;
}

const HEADER = `${'set'.padEnd(22)} ${'true'.padStart(6)} ${'said'.padStart(6)}  P      R      F1      confirmed  P(conf)  wall s   cpu s    MB  bar`;

function print(o: Outcome): void {
  const s = o.score;
  console.log(
    `${o.want.text.padEnd(22)} ${String(s.truth).padStart(6)} ${String(s.said).padStart(6)}  ${s.precision.toFixed(4)} ${s.recall.toFixed(4)} ${s.f1.toFixed(4)}` +
      ` ${String(s.sure).padStart(10)}  ${s.confirmed.toFixed(5)} ${o.seconds.toFixed(2).padStart(7)} ${o.cpu.toFixed(2).padStart(7)}` +
      ` ${(o.memory / 1e6).toFixed(0).padStart(5)}  ${o.bar}: ${o.reached ? 'reached' : 'NOT REACHED'}`,
  );
}

function printCalibration(outcomes: readonly Outcome[]): void {
  console.log('\nconfidence: tenths with at least 100 matches, said / observed (all matches with a confidence, ambiguous ones too)');
  for (const o of outcomes) {
    const tenths = o.tenths.filter((tenth) => tenth.matches >= 100);
    const cells = tenths.map((t) => {
      const off = Math.abs(t.said - t.observed) > t.allowed;
      return `${t.said.toFixed(3)}/${t.observed.toFixed(3)} (${t.matches})${off ? ' OFF' : ''}`;
    });
    console.log(`${o.want.text.padEnd(22)} ${cells.length > 0 ? cells.join('  ') : '-'}`);
  }
}

/** That the generated payments are hard: what simple rules get on the same files, beside ours. */
function printHardness(outcomes: readonly Outcome[]): void {
  for (const o of outcomes) {
    if (!o.want.name.startsWith('noisy') || o.want.variant !== '' || o.want.noise > 0 || o.want.rows >= LARGE.rows) continue;
    const args = ['--baseline', ...o.files.inputs, o.files.truth];
    const text = spawnSync(join(build, 'tests/perf/recon-score'), args, { encoding: 'utf8' }).stdout;
    const share = (name: string): number => Number(new RegExp(`${name} ([\\d.]+)`).exec(text)?.[1] ?? Number.NaN);
    const f1 = (rule: string): number => Number(new RegExp(`^${rule} .*F1 ([\\d.]+)`, 'm').exec(text)?.[1] ?? Number.NaN);
    const hard = share('amount agrees') <= 0.3 && share('memo agrees') <= 0.45 && f1('join') < 0.45;
    const above = Math.max(f1('join'), f1('greedy'), f1('words')) < o.score.f1;
    console.log(
      `\n${o.want.text}: amounts agree ${share('amount agrees')}, memos ${share('memo agrees')}, delay up to ${share('largest delay')} days,` +
        ` without partner ${share('without partner')}: ${hard ? 'hard' : 'NOT HARD'}\n` +
        `  F1 of simple rules: same amount within 4 days ${f1('join')}, greedily ${f1('greedy')}, greedy by rare words and the scenario's own bounds` +
        ` ${f1('words')}; ours ${o.score.f1.toFixed(4)}: ${above ? 'above all' : 'NOT ABOVE ALL'}`,
    );
  }
}

try {
  const wanted = (asked.length > 0 ? asked : everything).flatMap((text) => (text === 'bad' ? BAD : [text])).map((text) => parse(text, ROWS));
  console.log(HEADER);
  for (const want of wanted) measure(want);
  const outcomes = [...done.values()].filter((o) => o !== null);
  printCalibration(outcomes);
  printHardness(outcomes);
  const short = outcomes.filter((o) => !o.reached).length;
  const off = outcomes.flatMap((o) => o.tenths).filter((t) => t.matches >= 100 && Math.abs(t.said - t.observed) > t.allowed);
  console.log(`\n${outcomes.length} sets: ${outcomes.length - short} bars reached, ${short} not; ${off.length} tenths of confidence off`);
} catch (error) {
  console.error(`accuracy: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
