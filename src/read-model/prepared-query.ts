import type { Compilable, Kysely } from 'kysely';

/** A query that was compiled once and is run with other parameters each time. */
export interface PreparedQuery<P extends object, Result> {
  all(parameters: P): Promise<readonly Result[]>;
  first(parameters: P): Promise<Result | undefined>;
}

/** Builds a query out of named parameters. `parameter(name)` stands where a value would. */
export type QueryTemplate<Schema, P extends object, Result> = (
  queries: Kysely<Schema>,
  parameter: <K extends keyof P>(name: K) => P[K],
) => Compilable<Result>;

/** Runs compiled SQL. */
export type RunSql = (sql: string, parameters: readonly unknown[]) => readonly unknown[] | Promise<readonly unknown[]>;

class Placeholder {
  constructor(readonly name: PropertyKey) {}
}

/** Compiles the template once. */
export function prepareQuery<Schema, P extends object, Result>(
  queries: Kysely<Schema>,
  run: RunSql,
  template: QueryTemplate<Schema, P, Result>,
): PreparedQuery<P, Result> {
  const compiled = template(queries, placeholder as <K extends keyof P>(name: K) => P[K]).compile();
  const all = async (given: P): Promise<readonly Result[]> => {
    const values = new Map<PropertyKey, unknown>(Object.entries(given));
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values.get(parameter.name) : parameter,
    );
    // The query builder has typed the rows of this very statement.
    return (await run(compiled.sql, parameters)) as readonly Result[];
  };
  return { all, first: async (given) => (await all(given))[0] };
}

/** Kysely keeps a value it does not know as it is; its place is taken when the query runs. */
function placeholder(name: PropertyKey): unknown {
  return new Placeholder(name);
}
