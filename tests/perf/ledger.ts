/** The CSV that uploads and reading are measured with. */

/** Lines of a ledger, no two alike. */
export function ledger(bytes: number, salt: number): Buffer {
  const out = Buffer.alloc(bytes, '\n');
  let at = out.write('date,reference,description,amount\n');
  for (let i = 0; at + 80 < bytes; i++) {
    const day = String(1 + (i % 28)).padStart(2, '0');
    at += out.write(`2026-11-${day},INV-${salt}-${i},Customer ${i % 9973} pays invoice,${i % 99991}.${10 + (i % 90)}\n`, at);
  }
  return out;
}
