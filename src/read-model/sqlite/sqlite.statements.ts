import type { ColumnValue } from '../../event-sourcing/projection.js';
import type { SqliteConnection } from './sqlite.connection.js';

/** One statement that is run again and again. It holds nothing but plain values, so that it can go to another thread. */
export interface StatementRuns {
  readonly sql: string;
  /** How many parameters one run takes. */
  readonly width: number;
  /** The parameters of all runs, one run after another. */
  readonly values: readonly ColumnValue[];
  /** Where among the parameters of a run the primary key of its row stands; empty when it concerns no single row. */
  readonly key: readonly number[];
}

/** Runs the statement as often as there are parameters for. */
export function run(connection: SqliteConnection, { sql, width, values }: StatementRuns): void {
  const statement = connection.statement(sql);
  if (width === 0) statement.run();
  else for (let at = 0; at < values.length; at += width) statement.run(values.slice(at, at + width));
}

/** The statements of a large commit. */
export class StatementsOfCommit {
  /** In the order in which they came first. */
  readonly #statements = new Map<string, { readonly runs: StatementRuns; readonly values: ColumnValue[] }>();

  add(runs: StatementRuns): void {
    const known = this.#statements.get(runs.sql);
    if (known === undefined) this.#statements.set(runs.sql, { runs, values: [...runs.values] });
    else for (const value of runs.values) known.values.push(value);
  }

  /** Runs them all. */
  run(connection: SqliteConnection): void {
    for (const { runs, values } of this.#statements.values()) {
      if (runs.key.length === 0) run(connection, { ...runs, values });
      else runInKeyOrder(connection, { ...runs, values });
    }
  }
}

/** Neighbours in the table are written one after another, so that each page is written out once. */
function runInKeyOrder(connection: SqliteConnection, { sql, width, values, key }: StatementRuns): void {
  const statement = connection.statement(sql);
  const starts = Array.from({ length: values.length / width }, (_, index) => index * width);
  starts.sort((a, b) => {
    for (const column of key) {
      const order = compareValues(values[a + column], values[b + column]);
      if (order !== 0) return order;
    }
    return a - b;
  });
  for (const at of starts) statement.run(values.slice(at, at + width));
}

function compareValues(a: ColumnValue | undefined, b: ColumnValue | undefined): number {
  if (a === b || a === undefined || a === null || b === undefined || b === null) return 0;
  return a < b ? -1 : 1;
}
