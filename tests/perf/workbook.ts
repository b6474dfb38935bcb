/**
 * An Excel workbook of about the given size, as a bank's export of that many lines would be: dates,
 * references, texts, amounts, shared strings. Written with nothing but zlib.
 */
import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const DOC = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';

/** A repeatable sequence of numbers below n. */
function numbers(seed: number): (n: number) => number {
  let x = seed;
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
}

class Strings {
  readonly index = new Map<string, number>();
  of(text: string): number {
    const known = this.index.get(text);
    if (known !== undefined) return known;
    this.index.set(text, this.index.size);
    return this.index.size - 1;
  }
  xml(): string {
    const items = [...this.index.keys()].map((text) => `<si><t>${text}</t></si>`);
    return `<sst ${MAIN} uniqueCount="${items.length}">${items.join('')}</sst>`;
  }
}

function sheet(rows: number, strings: Strings): string {
  const next = numbers(7);
  const text = (at: string, s: string) => `<c r="${at}" t="s"><v>${strings.of(s)}</v></c>`;
  const out = [`<worksheet ${MAIN}><sheetData><row r="1">`];
  ['Date', 'Reference', 'Text', 'Amount', 'Currency'].forEach((name, i) => out.push(text(`${'ABCDE'[i]}1`, name)));
  out.push('</row>');
  for (let r = 2; r < rows + 2; r++) {
    out.push(
      `<row r="${r}" spans="1:5"><c r="A${r}" s="1"><v>${45000 + next(365)}</v></c>`,
      text(`B${r}`, `INV-${next(1e8)}`),
      text(`C${r}`, `Payment from customer ${next(1e5)} for goods`),
      `<c r="D${r}" s="2"><v>${(next(2e6) - 1e6) / 100}</v></c>${text(`E${r}`, 'EUR')}</row>`,
    );
  }
  out.push('</sheetData></worksheet>');
  return out.join('');
}

function parts(rows: number): Array<[string, string]> {
  const strings = new Strings();
  const rel = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${DOC}/${type}" Target="${target}"/>`;
  const rels = (...all: string[]) => `<Relationships ${PACKAGE}>${all.join('')}</Relationships>`;
  return [
    ['[Content_Types].xml', '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'],
    ['_rels/.rels', rels(rel('r', 'officeDocument', 'xl/workbook.xml'))],
    ['xl/workbook.xml', `<workbook ${MAIN} xmlns:r="${DOC}"><sheets><sheet name="Lines" sheetId="1" r:id="a"/></sheets></workbook>`],
    [
      'xl/_rels/workbook.xml.rels',
      rels(rel('a', 'worksheet', 'worksheets/sheet1.xml'), rel('b', 'sharedStrings', 'sharedStrings.xml'), rel('c', 'styles', 'styles.xml')),
    ],
    ['xl/styles.xml', `<styleSheet ${MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="4"/></cellXfs></styleSheet>`],
    ['xl/worksheets/sheet1.xml', sheet(rows, strings)],
    ['xl/sharedStrings.xml', strings.xml()],
  ];
}

function header(signature: number, name: Buffer, packed: Buffer, size: number, crc: number, tail: number): Buffer {
  const central = signature === 0x02014b50;
  const b = Buffer.alloc(central ? 46 : 30);
  let at = b.writeUInt32LE(signature, 0);
  if (central) at = b.writeUInt16LE(20, at);
  at = b.writeUInt16LE(20, at);
  at = b.writeUInt16LE(0, at);
  at = b.writeUInt16LE(8, at);
  at = b.writeUInt32LE(0x21, at);
  at = b.writeUInt32LE(crc, at);
  at = b.writeUInt32LE(packed.length, at);
  at = b.writeUInt32LE(size, at);
  b.writeUInt16LE(name.length, at);
  if (central) b.writeUInt32LE(tail, 42);
  return b;
}

/** Writes it and returns its size in bytes. */
export function writeWorkbook(path: string, rows: number): number {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const all = parts(rows);
  for (const [name, text] of all) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const named = Buffer.from(name);
    const crc = crc32(content);
    const local = header(0x04034b50, named, packed, content.length, crc, 0);
    directory.push(header(0x02014b50, named, packed, content.length, crc, at), named);
    files.push(local, named, packed);
    at += local.length + named.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(all.length, 8);
  end.writeUInt16LE(all.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  const book = Buffer.concat([...files, central, end]);
  writeFileSync(path, book);
  return book.length;
}
