/**
 * The sets that accuracy is measured on, as files ready to match: ids that tell the truth are dropped,
 * rows are shuffled, the truth lies beside as truth.csv. A set is written NAME[:ROWS][+NOISE][/VARIANT]:
 * febrl4, noisy:45000, noisy:45000+10 (columns of noise on both sides), noisy:45000/renamed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BAD, badRows, writeBad } from './bad.ts';
import { columnOf, permutation, readTable, type Table, writeTable } from './csv.ts';

export interface Wanted {
  text: string;
  name: string;
  rows: number;
  noise: number;
  variant: string;
}

export interface Files {
  dir: string;
  inputs: string[]; /* left and right, or one file to deduplicate */
  advice: string | null;
  truth: string;
  delimiter: string;
}

export const VARIANTS = ['renamed', 'shuffled'];

export function parse(text: string, defaultRows: number): Wanted {
  const found = /^([a-z0-9]+)(?::(\d+))?(?:\+(\d+))?(?:\/([a-z]+))?$/.exec(text);
  const [, name = '', rows, noise, variant = ''] = found ?? [];
  if (name === '' || (variant !== '' && !VARIANTS.includes(variant)))
    throw new Error(`"${text}" is not NAME[:ROWS][+NOISE][/${VARIANTS.join('|')}]`);
  return { text, name, rows: Number(rows ?? badRows(name) ?? defaultRows), noise: Number(noise ?? 0), variant };
}

/** The folder of public data, named in tests/unit/corpus.h; null when it is not there. */
function corpus(top: string, file: string): string | null {
  const source = readFileSync(join(top, 'tests/unit/corpus.h'), 'utf8');
  const beside = /#define CORPUS_DEFAULT TOP_SRCDIR "([^"]+)"/.exec(source)?.[1] ?? '';
  const path = join(process.env.RECON_CORPUS ?? join(top, beside), file);
  return existsSync(path) ? path : null;
}

interface Public {
  files: string[];
  delimiter: string;
  id: string; /* the column that is dropped */
  /** Pairs of 0-based rows of the files that belong together, from their ids. */
  truth: (ids: string[][], folder: string) => [number, number][];
}

const person = (id: string): string => id.replace(/^\s*rec-(\d+)-.*$/, '$1');

function samePerson(ids: string[][]): [number, number][] {
  const [left = [], right] = ids.map((side) => side.map(person));
  const pairs: [number, number][] = [];
  const rows = new Map<string, number[]>();
  (right ?? left).forEach((id, i) => {
    rows.set(id, [...(rows.get(id) ?? []), i]);
  });
  left.forEach((id, i) => {
    for (const j of rows.get(id) ?? []) if (right !== undefined || i < j) pairs.push([i, j]);
  });
  return pairs;
}

function listed(ids: string[][], folder: string): [number, number][] {
  const at = ids.map((side) => new Map(side.map((id, i) => [id, i])));
  const table = readTable(join(folder, 'gt.csv'), '|', false);
  return table.rows.map((row) => [at[0]?.get(row[0] ?? '') ?? -1, at[1]?.get(row[1] ?? '') ?? -1]);
}

const publics: Record<string, Public> = {
  febrl4: { files: ['febrl/dataset4a.csv', 'febrl/dataset4b.csv'], delimiter: ',', id: 'rec_id', truth: samePerson },
  febrl3: { files: ['febrl/dataset3.csv'], delimiter: ',', id: 'rec_id', truth: samePerson },
  abt: { files: ['abt-buy/abt.csv', 'abt-buy/buy.csv'], delimiter: '|', id: 'id', truth: listed },
};

const names = ['left.csv', 'right.csv'];

function without(table: Table, column: number): Table {
  const drop = (row: string[]): string[] => row.filter((_, i) => i !== column);
  return { header: drop(table.header), rows: table.rows.map(drop) };
}

function reorder<T>(items: readonly T[], order: readonly number[]): T[] {
  return order.map((i) => items[i] as T);
}

/** Where each old row went, from the order in which they stand now. */
function inverse(order: readonly number[]): number[] {
  const at: number[] = [];
  order.forEach((old, now) => {
    at[old] = now;
  });
  return at;
}

function preparePublic(top: string, dir: string, set: Public): Files | null {
  const paths = set.files.map((file) => corpus(top, file));
  if (paths.some((path) => path === null)) return null;
  const tables = paths.map((path) => readTable(path ?? '', set.delimiter, false));
  const ids = tables.map((table) => table.rows.map((row) => row[columnOf(table, set.id)] ?? ''));
  const orders = tables.map((table, side) => permutation(table.rows.length, 378 + side));
  const at = orders.map(inverse);
  tables.forEach((table, side) => {
    const plain = without(table, columnOf(table, set.id));
    writeTable(join(dir, names[side] ?? ''), { ...plain, rows: reorder(plain.rows, orders[side] ?? []) }, set.delimiter, false);
  });
  const one = tables.length === 1;
  const pairs = set.truth(ids, resolve(paths[0] ?? '', '..'));
  const rows = pairs.map(([i, j]) => {
    const a = String((at[0]?.[i] ?? -1) + 1);
    const b = String((at[one ? 0 : 1]?.[j] ?? -1) + 1);
    return one ? ['same', `${a};${b}`, ''] : ['1:1', a, b];
  });
  writeTable(join(dir, 'truth.csv'), { header: ['kind', 'left_rows', 'right_rows'], rows });
  return { dir, inputs: names.slice(0, tables.length).map((name) => join(dir, name)), advice: null, truth: join(dir, 'truth.csv'), delimiter: set.delimiter };
}

function generate(build: string, dir: string, scenario: string, rows: number, seed: number, noise: number): Files {
  const args = [scenario, String(rows), String(seed), dir, String(noise)];
  const made = spawnSync(join(build, 'tests/perf/recon-gen'), args, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const advice = join(dir, 'advice.csv');
  return {
    dir,
    inputs: names.map((name) => join(dir, name)),
    advice: existsSync(advice) ? advice : null,
    truth: join(dir, 'truth.csv'),
    delimiter: ',',
  };
}

/** Two sides that have nothing to do with each other: the truth is empty. */
function generateRandom(build: string, dir: string, want: Wanted): Files {
  const other = join(dir, 'other');
  mkdirSync(other, { recursive: true });
  const one = generate(build, dir, 'noisy', want.rows, 378, want.noise);
  const two = generate(build, other, 'noisy', want.rows, 379, want.noise);
  writeTable(one.truth, { header: ['kind', 'left_rows', 'right_rows'], rows: [] });
  return { ...one, inputs: [one.inputs[0] ?? '', two.inputs[1] ?? ''] };
}

/** The same rows with columns named c1 .. cn in an order of each side's own, or in another order of rows. */
function vary(base: Files, dir: string, variant: string, delimiter: string): Files {
  const moved = base.inputs.map((path, side) => {
    const table = readTable(path, delimiter, delimiter === ',');
    const rows = variant === 'shuffled' ? permutation(table.rows.length, 1000 + side) : table.rows.map((_, i) => i);
    const columns = variant === 'renamed' ? permutation(table.header.length, 2000 + side) : table.header.map((_, i) => i);
    const header = variant === 'renamed' ? columns.map((_, i) => `c${i + 1}`) : table.header;
    const body = reorder(table.rows, rows).map((row) => reorder(row, columns));
    writeTable(join(dir, names[side] ?? ''), { header, rows: body }, delimiter, delimiter === ',');
    return inverse(rows);
  });
  const truth = readTable(base.truth);
  const move = (cell: string, side: number): string =>
    cell === '' ? '' : cell.split(';').map((row) => String((moved[side]?.[Number(row) - 1] ?? -1) + 1)).join(';');
  writeTable(join(dir, 'truth.csv'), {
    header: truth.header,
    rows: truth.rows.map(([kind = '', left = '', right = '']) => [kind, move(left, 0), move(right, 1)]),
  });
  return { ...base, dir, inputs: names.slice(0, base.inputs.length).map((name) => join(dir, name)), truth: join(dir, 'truth.csv') };
}

/** Makes the files of a set below work; null when it needs public data that is not there. */
export function prepare(top: string, build: string, work: string, want: Wanted): Files | null {
  const dir = join(work, 'accuracy', want.text.replaceAll(/[:/+]/g, '-'));
  mkdirSync(dir, { recursive: true });
  if (want.variant !== '') {
    const base = prepare(top, build, work, { ...want, text: want.text.replace(/\/.*/, ''), variant: '' });
    return base === null ? null : vary(base, dir, want.variant, publics[want.name]?.delimiter ?? ',');
  }
  const set = publics[want.name];
  if (set !== undefined) return preparePublic(top, dir, set);
  if (BAD.includes(want.name)) {
    writeBad(dir, want.name, want.rows);
    return { dir, inputs: names.map((name) => join(dir, name)), advice: null, truth: join(dir, 'truth.csv'), delimiter: ',' };
  }
  if (want.name === 'random') return generateRandom(build, dir, want);
  return generate(build, dir, want.name, want.rows, 378, want.noise);
}
