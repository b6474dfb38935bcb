/**
 * Pairs and how well they agree with the truth: the measure of record linkage, over pairs (left row,
 * right row) with groups expanded. Rows are 1-based data rows. Members of a match that stand on one
 * side alone (netting, duplicates) are counted as pairs of that side.
 */
import { existsSync } from 'node:fs';
import { columnOf, readTable } from './csv.ts';

export type Key = number;
const SIDES = { cross: 0, left: 1, right: 2 } as const;

export function key(side: keyof typeof SIDES, a: number, b: number): Key {
  return (SIDES[side] * 2 ** 22 + a) * 2 ** 24 + b;
}

/** The two rows of a key and where they stand. */
export function unkey(k: Key): { side: keyof typeof SIDES; a: number; b: number } {
  const high = Math.floor(k / 2 ** 24);
  const side = (['cross', 'left', 'right'] as const)[Math.floor(high / 2 ** 22)] ?? 'cross';
  return { side, a: high % 2 ** 22, b: k % 2 ** 24 };
}

function within(side: 'left' | 'right', rows: number[]): Key[] {
  return rows.flatMap((a, i) => rows.slice(i + 1).map((b) => key(side, Math.min(a, b), Math.max(a, b))));
}

export function expand(left: number[], right: number[]): Key[] {
  if (right.length === 0) return within('left', left);
  if (left.length === 0) return within('right', right);
  return left.flatMap((a) => right.map((b) => key('cross', a, b)));
}

const rowsOf = (cell: string): number[] => (cell === '' ? [] : cell.split(';').map(Number));

/** kind,left_rows,right_rows, one true match a line: pair -> kind. */
export function readTruth(path: string): Map<Key, string> {
  const table = readTable(path);
  const [kind, left, right] = ['kind', 'left_rows', 'right_rows'].map((name) => columnOf(table, name)) as [number, number, number];
  const truth = new Map<Key, string>();
  for (const row of table.rows)
    for (const k of expand(rowsOf(row[left] ?? ''), rowsOf(row[right] ?? ''))) truth.set(k, row[kind] ?? '');
  return truth;
}

export interface Said {
  keys: Key[];
  status: 'confirmed' | 'suggested' | 'ambiguous';
  confidence: number;
  kind: string;
  /** The engine says that equal rows would have done as well. */
  interchangeable: boolean;
}

/** What a run wrote: matches.csv, or clusters.csv where pairs at or above `line` count as confirmed. */
export function readSaid(dir: string, line: number): Said[] {
  const clusters = `${dir}/clusters.csv`;
  return existsSync(clusters) ? readClusters(clusters, line) : readMatches(`${dir}/matches.csv`);
}

function readMatches(path: string): Said[] {
  const table = readTable(path);
  const [kind, status, confidence, left, right, evidence] = ['kind', 'status', 'confidence', 'left_rows', 'right_rows', 'evidence'].map((name) =>
    columnOf(table, name),
  ) as [number, number, number, number, number, number];
  return table.rows.map((row) => ({
    keys: expand(rowsOf(row[left] ?? ''), rowsOf(row[right] ?? '')),
    status: row[status] as Said['status'],
    confidence: Number(row[confidence]),
    kind: row[kind] ?? '',
    interchangeable: (row[evidence] ?? '').includes('; interchangeable'),
  }));
}

/** By 1-based row, what it holds but for what numbers rows: columns in which no value occurs twice. */
export function contentsOf(path: string, delimiter: string): string[] {
  const table = readTable(path, delimiter, delimiter === ',');
  const told = table.header.map((_, c) => new Set(table.rows.map((row) => row[c])).size < table.rows.length);
  return ['', ...table.rows.map((row) => row.filter((_, c) => told[c]).join('\u001f'))];
}

/**
 * Rows of one side that hold the same cannot be told apart by anybody, and truth knows them by their
 * number only. A pair that the engine flags as interchangeable counts as the true pair of the same
 * contents, if there is one that nobody else has claimed; each is claimed once.
 */
export function exchange(truth: ReadonlyMap<Key, string>, said: readonly Said[], left: string[], right: string[]): Said[] {
  const contents = (k: Key): string => {
    const { a, b } = unkey(k);
    return `${left[a]}\u001e${right[b]}`;
  };
  const claimed = new Set(said.filter((match) => match.status !== 'ambiguous').flatMap((match) => match.keys));
  const free = new Map<string, Key[]>();
  for (const k of truth.keys())
    if (unkey(k).side === 'cross' && !claimed.has(k)) free.set(contents(k), [...(free.get(contents(k)) ?? []), k]);
  return said.map((match) =>
    match.interchangeable && match.status !== 'ambiguous'
      ? { ...match, keys: match.keys.map((k) => (truth.has(k) || unkey(k).side !== 'cross' ? k : (free.get(contents(k))?.pop() ?? k))) }
      : match,
  );
}

function readClusters(path: string, line: number): Said[] {
  const table = readTable(path);
  const [cluster, at, confidence] = ['cluster_id', 'row', 'confidence'].map((name) => columnOf(table, name)) as [number, number, number];
  const members = new Map<string, { row: number; confidence: number }[]>();
  for (const row of table.rows) {
    const id = row[cluster] ?? '';
    const list = members.get(id) ?? [];
    list.push({ row: Number(row[at]), confidence: Number(row[confidence]) });
    members.set(id, list);
  }
  const said: Said[] = [];
  for (const list of members.values())
    list.forEach((a, i) => {
      for (const b of list.slice(i + 1)) {
        const sure = Math.min(a.confidence, b.confidence);
        said.push({
          keys: [key('left', Math.min(a.row, b.row), Math.max(a.row, b.row))],
          status: sure >= line ? 'confirmed' : 'suggested',
          confidence: sure,
          kind: 'same',
          interchangeable: false,
        });
      }
    });
  return said;
}

export interface Score {
  truth: number;
  said: number;
  right: number;
  sure: number;
  sureRight: number;
  precision: number;
  recall: number;
  f1: number;
  confirmed: number;
}

const ratio = (a: number, b: number): number => (b === 0 ? 1 : a / b);

export function score(truth: ReadonlyMap<Key, string>, said: readonly Said[]): Score {
  const s = { truth: truth.size, said: 0, right: 0, sure: 0, sureRight: 0 };
  const seen = new Set<Key>();
  for (const match of said) {
    if (match.status === 'ambiguous') continue;
    for (const k of match.keys) {
      if (seen.has(k)) continue;
      seen.add(k);
      const hit = truth.has(k) ? 1 : 0;
      s.said++;
      s.right += hit;
      if (match.status !== 'confirmed') continue;
      s.sure++;
      s.sureRight += hit;
    }
  }
  const precision = ratio(s.right, s.said);
  const recall = ratio(s.right, s.truth);
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { ...s, precision, recall, f1, confirmed: ratio(s.sureRight, s.sure) };
}

export interface Tenth {
  from: number;
  matches: number;
  said: number;
  observed: number;
  allowed: number;
}

/**
 * Matches by tenth of their confidence: what was said on the mean and how many were right, a match being
 * right when all of its pairs are. allowed: max(0.05, two standard errors of the observed share).
 */
export function calibration(truth: ReadonlyMap<Key, string>, said: readonly Said[]): Tenth[] {
  const bins = Array.from({ length: 10 }, () => ({ n: 0, sum: 0, right: 0 }));
  for (const match of said) {
    const bin = bins[Math.min(9, Math.floor(match.confidence * 10))];
    if (bin === undefined || match.keys.length === 0) continue;
    bin.n++;
    bin.sum += match.confidence;
    bin.right += match.keys.every((k) => truth.has(k)) ? 1 : 0;
  }
  return bins.flatMap((bin, i) => {
    if (bin.n === 0) return [];
    const observed = bin.right / bin.n;
    const mean = bin.sum / bin.n;
    const error = Math.sqrt((mean * (1 - mean)) / bin.n);
    return [{ from: i / 10, matches: bin.n, said: mean, observed, allowed: Math.max(0.05, 2 * error) }];
  });
}
