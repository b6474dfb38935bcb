/**
 * The peer in the engine's benchmarks: the same files joined by DuckDB with all cores, declared column
 * types and a warm cache. Each figure is the best of three and excludes start-up. DuckDB only joins; it
 * assigns nothing and writes nothing, so it does less work than the engine beside it.
 */
import type { DuckDBConnection } from '@duckdb/node-api';

const columns = "{'id':'VARCHAR','ref':'VARCHAR','date':'DATE','amount':'DECIMAL(18,2)','memo':'VARCHAR'}";
const side = (path: string): string =>
  `read_csv('${path.replaceAll("'", "''")}', header=true, delim=',', columns=${columns})`;

const joins: Record<string, string> = {
  exact: 'l.ref = r.ref AND l.amount = r.amount',
  window: 'l.amount = r.amount AND r.date BETWEEN l.date AND l.date + 3',
  fuzzy:
    'l.amount = r.amount AND r.date BETWEEN l.date AND l.date + 3 AND jaro_winkler_similarity(l.memo, r.memo) >= 0.6',
};

export async function connect(): Promise<DuckDBConnection | null> {
  try {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    return await (await DuckDBInstance.create(':memory:')).connect();
  } catch {
    return null;
  }
}

/** Seconds from CSV to the count of joined rows, and that count; null for a scenario with no join. */
export async function time(
  db: DuckDBConnection,
  scenario: string,
  left: string,
  right: string,
): Promise<{ seconds: number; pairs: number } | null> {
  const on = joins[scenario];
  if (on === undefined) return null;
  const sql = `SELECT count(*) FROM ${side(left)} l JOIN ${side(right)} r ON ${on}`;
  let best = Number.POSITIVE_INFINITY;
  let pairs = 0;
  for (let i = 0; i < 3; i++) {
    const start = process.hrtime.bigint();
    const rows = (await db.runAndReadAll(sql)).getRows();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
    pairs = Number(rows[0]?.[0] ?? 0);
  }
  return { seconds: best, pairs };
}
