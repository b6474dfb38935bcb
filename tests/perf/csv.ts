/**
 * Delimited text as arrays of cells, and a repeatable shuffle: what the measurements need to prepare
 * files and to read results. Not a reader for strangers' files; that is src/read.
 */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Table {
  header: string[];
  rows: string[][];
}

/** quoted: cells may stand in double quotes, as in what the engine writes. */
export function readTable(path: string, delimiter = ',', quoted = true): Table {
  const text = readFileSync(path, 'utf8');
  const rows = quoted ? cutQuoted(text, delimiter) : cutPlain(text, delimiter);
  const header = rows.shift();
  if (header === undefined) throw new Error(`${path} is empty`);
  return { header, rows };
}

function cutPlain(text: string, delimiter: string): string[][] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.split(delimiter));
}

function cutQuoted(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else {
      const from = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
      cell = text.slice(from, at);
    }
    row.push(cell);
    const end = text[at];
    if (end === delimiter) {
      at++;
      if (at === text.length) row.push('');
      continue;
    }
    at += end === '\r' && text[at + 1] === '\n' ? 2 : 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function quote(cell: string, delimiter: string): string {
  return cell.includes('"') || cell.includes(delimiter) || cell.includes('\n') ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export function writeTable(path: string, table: Table, delimiter = ',', quoted = true): void {
  const lines = [table.header, ...table.rows].map((row) =>
    row.map((cell) => (quoted ? quote(cell, delimiter) : cell)).join(delimiter),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
}

export function columnOf(table: Table, name: string): number {
  const at = table.header.findIndex((cell) => cell.trim() === name);
  if (at < 0) throw new Error(`no column "${name}" in ${table.header.join(', ')}`);
  return at;
}

/** Numbers from 0 to below a bound, which follow from the seed (splitmix32). */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) % below;
  };
}

/** 0 .. n - 1 in an order that depends on the seed alone (Fisher and Yates). */
export function permutation(n: number, seed: number): number[] {
  const next = generator(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = next(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}
