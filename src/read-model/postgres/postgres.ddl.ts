import type { TableSpec } from '../../event-sourcing/projection.js';
import { indexName, physicalName, quote } from '../ddl.js';

/** PostgreSQL cuts longer names off without a word. */
const longestName = 63;

/** What stands for a column type. Texts compare by code point, as everywhere else here, whatever the database's language. */
const types = { text: 'text COLLATE "C"', integer: 'bigint' } as const;

/**
 * Creates the table of a generation with its indexes.
 *
 * @throws TypeError when a name is too long
 */
export function createTable(spec: TableSpec, generation: number): readonly string[] {
  const name = physicalName(spec.name, generation);
  const columns = Object.entries(spec.columns).map(
    ([column, { type, nullable }]) => `${quote(column)} ${types[type]}${nullable === true ? '' : ' NOT NULL'}`,
  );
  const key = spec.primaryKey.map(quote).join(', ');
  const indexes = (spec.indexes ?? []).map((index, number) => {
    const condition = index.where === undefined ? '' : ` WHERE ${index.where}`;
    const on = `${quote(name)} (${index.columns.map(quote).join(', ')})`;
    return `CREATE INDEX ${quote(checked(indexName(spec.name, generation, number)))} ON ${on}${condition}`;
  });
  return [`CREATE TABLE ${quote(checked(name))} (${columns.join(', ')}, PRIMARY KEY (${key}))`, ...indexes];
}

function checked(name: string): string {
  if (name.length > longestName) throw new TypeError(`${name} is longer than the ${longestName} characters of a name`);
  return name;
}
