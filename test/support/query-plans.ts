import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';

/** What SQLite does for the queries that run meanwhile: the steps of all their plans. */
export async function plansOf<Schema>(file: string, run: (db: Kysely<Schema>) => Promise<unknown>): Promise<string[]> {
  const database = new Database(file, { readonly: true });
  const steps: string[] = [];
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database }),
    log: ({ level, query }) => {
      if (level === 'error') return;
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${query.sql}`).all(...query.parameters);
      for (const step of plan as { readonly detail: string }[]) steps.push(step.detail);
    },
  });
  await run(db);
  await db.destroy();
  return steps;
}

/** The steps that walk through a whole table of a projection. */
export function fullScans(steps: readonly string[]): string[] {
  return steps.filter((step) => /^SCAN \w+__g\d+/.test(step));
}
