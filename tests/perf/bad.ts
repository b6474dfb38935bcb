/**
 * Files that a model can be led astray by: nothing in common, next to nothing to go by, values that are all
 * the same or made to look telling. What is asked of them is honesty: of what is confirmed 99 in 100 are
 * right, in bounded time and memory. Every file follows from its seed.
 */
import { join } from 'node:path';
import { generator, permutation, type Table, writeTable } from './csv.ts';

interface Made {
  left: Table;
  right: Table;
  /** 0-based rows that belong together. */
  truth: [number, number][];
}

type Next = (below: number) => number;

const syllables = ['ba', 'lor', 'mi', 'ten', 'ka', 'ri', 'sou', 'ven', 'do', 'hal', 'pe', 'gru', 'an', 'wi', 'jo', 'zet'];

function word(next: Next, parts: number): string {
  return Array.from({ length: parts }, () => syllables[next(syllables.length)]).join('');
}

const words = (next: Next, n: number, pool: string[]): string => Array.from({ length: n }, () => pool[next(pool.length)]).join(' ');
const amount = (next: Next, most: number): string => `${next(most)}.${String(next(100)).padStart(2, '0')}`;
const day = (next: Next): string => new Date(Date.UTC(2026, 0, 1) + next(90) * 86_400_000).toISOString().slice(0, 10);
const rows = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const same = (n: number): [number, number][] => rows(n, (i) => [i, i]);

/** Texts of five common words and an amount, each side for itself: no record has a partner. */
function nosignal(n: number, next: Next): Made {
  const pool = rows(2000, () => word(next, 3));
  const side = (): Table => ({ header: ['text', 'amount'], rows: rows(n, () => [words(next, 5, pool), amount(next, 9000)]) });
  return { left: side(), right: side(), truth: [] };
}

/** One column of names, a fifth of which occur twice, a letter wrong in every fourth. */
function onefield(n: number, next: Next): Made {
  const left = rows(n, () => [`${word(next, 2)} ${word(next, 3)}`]);
  for (let i = 0; i < n; i += 5) left[i] = [...(left[i + 1] ?? left[i] ?? [''])];
  const right = left.map(([name = '']) => {
    const at = next(name.length);
    return [next(4) === 0 ? `${name.slice(0, at)}x${name.slice(at + 1)}` : name];
  });
  return { left: { header: ['name'], rows: left }, right: { header: ['name'], rows: right }, truth: same(n) };
}

/** Columns without a value in any row, but for one that is the same in all. */
function nulls(n: number): Made {
  const table = { header: ['date', 'amount', 'text', 'kind'], rows: rows(n, () => ['', '', '', 'x']) };
  return { left: table, right: table, truth: same(n) };
}

function payment(next: Next, pool: string[]): string[] {
  return [day(next), amount(next, 20_000), `${words(next, 3, pool)} ${next(100_000)}`];
}

const PAYMENT = ['date', 'amount', 'text'];

/** Three records against many, of which two are there. */
function tiny(n: number, next: Next): Made {
  const pool = rows(3000, () => word(next, 3));
  const right = rows(n, () => payment(next, pool));
  const left = [[...(right[17] ?? [])], [...(right[n - 5] ?? [])], payment(next, pool)];
  return { left: { header: PAYMENT, rows: left }, right: { header: PAYMENT, rows: right }, truth: [[0, 17], [1, n - 5]] };
}

function equal(n: number): Made {
  const table = { header: PAYMENT, rows: rows(n, () => ['2026-02-01', '9.99', 'monthly subscription of the basic plan']) };
  return { left: table, right: table, truth: same(n) };
}

/** Three columns that tell among two hundred that do not. */
function wide(n: number, next: Next): Made {
  const pool = rows(3000, () => word(next, 3));
  const noise = (): string[] => rows(197, (i) => (i % 3 === 0 ? String(next(50)) : i % 3 === 1 ? (syllables[next(16)] ?? '') : amount(next, 100)));
  const left = rows(n, () => payment(next, pool));
  const header = [...PAYMENT, ...rows(197, (i) => `n${i + 1}`)];
  return {
    left: { header, rows: left.map((row) => [...row, ...noise()]) },
    right: { header, rows: left.map((row) => [...row, ...noise()]) },
    truth: same(n),
  };
}

/**
 * Frequencies made to deceive: half of all texts hold one word, records without a partner have words
 * that occur just once on each side, and one amount in three is the same.
 */
function frequent(n: number, next: Next): Made {
  const pool = rows(40, () => word(next, 2));
  const half = Math.floor(n / 2);
  const make = (i: number): string[] => {
    const money = next(3) === 0 ? '100.00' : amount(next, 500);
    return [day(next), money, `${next(2) === 0 ? 'payment ' : ''}${words(next, 4, pool)} ${i}`];
  };
  const left = rows(half, make);
  const right = left.map((row) => [...row]);
  const stray = (i: number): string[] => [day(next), '100.00', `${words(next, 3, pool)} zz${word(next, 1)}${i % 500}`];
  return {
    left: { header: PAYMENT, rows: [...left, ...rows(n - half, stray)] },
    right: { header: PAYMENT, rows: [...right, ...rows(n - half, stray)] },
    truth: same(half),
  };
}

/** A ledger and its bank in which a tenth of the lines stand twice or three times, on one side or on both. */
function doubled(n: number, next: Next): Made {
  const parties = rows(150, () => `${word(next, 2)} ${word(next, 2)} ltd`);
  const made: Made = {
    left: { header: ['no', ...PAYMENT], rows: [] }, right: { header: PAYMENT, rows: [] }, truth: [],
  };
  while (made.left.rows.length < n) {
    const line = [day(next), next(4) === 0 ? '49.90' : amount(next, 3000), `${parties[next(parties.length)]} inv ${next(100_000)}`];
    const twice = next(10) === 0;
    const counts = [1 + (twice ? next(3) : 0), 1 + (twice ? next(3) : 0)] as const;
    for (let k = 0; k < Math.max(...counts); k++) {
      if (k < Math.min(...counts)) made.truth.push([made.left.rows.length, made.right.rows.length]);
      if (k < counts[0]) made.left.rows.push([String(900_001 + made.left.rows.length), ...line]);
      if (k < counts[1]) made.right.rows.push([...line]);
    }
  }
  return made;
}

const makers: Record<string, { make: (n: number, next: Next) => Made; rows: number }> = {
  nosignal: { make: nosignal, rows: 3000 },
  onefield: { make: onefield, rows: 3000 },
  nulls: { make: nulls, rows: 2000 },
  tiny: { make: tiny, rows: 20_000 },
  equal: { make: equal, rows: 2000 },
  wide: { make: wide, rows: 1500 },
  frequent: { make: frequent, rows: 4000 },
  doubled: { make: doubled, rows: 5000 },
};

export const BAD = Object.keys(makers);
export const badRows = (name: string): number | undefined => makers[name]?.rows;

/** Writes left.csv, right.csv and truth.csv, rows shuffled. */
export function writeBad(dir: string, name: string, n: number): void {
  const maker = makers[name];
  if (maker === undefined) throw new Error(`no set "${name}"`);
  const made = maker.make(n, generator(378 + n));
  const at = [made.left, made.right].map((table, side) => {
    const order = permutation(table.rows.length, 500 + side);
    const place: number[] = [];
    order.forEach((old, now) => {
      place[old] = now;
    });
    writeTable(join(dir, side === 0 ? 'left.csv' : 'right.csv'), { header: table.header, rows: order.map((i) => table.rows[i] ?? []) });
    return place;
  });
  writeTable(join(dir, 'truth.csv'), {
    header: ['kind', 'left_rows', 'right_rows'],
    rows: made.truth.map(([l, r]) => ['1:1', String((at[0]?.[l] ?? -1) + 1), String((at[1]?.[r] ?? -1) + 1)]),
  });
}
