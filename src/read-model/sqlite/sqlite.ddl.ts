import type { TableSpec } from '../../event-sourcing/projection.js';
import { indexName, physicalName, quote } from '../ddl.js';

/** Creates the table of a generation with its indexes. */
export function createTable(spec: TableSpec, generation: number): readonly string[] {
  const name = physicalName(spec.name, generation);
  const columns = Object.entries(spec.columns).map(
    ([column, { type, nullable }]) => `${quote(column)} ${type.toUpperCase()}${nullable === true ? '' : ' NOT NULL'}`,
  );
  const key = spec.primaryKey.map(quote).join(', ');
  const [only, ...others] = spec.primaryKey;
  const rowIdIsKey = only !== undefined && others.length === 0 && spec.columns[only]?.type === 'integer';
  return [
    `CREATE TABLE ${quote(name)} (${columns.join(', ')}, PRIMARY KEY (${key})) STRICT${rowIdIsKey ? '' : ', WITHOUT ROWID'}`,
    ...(spec.indexes ?? []).map(
      (index, number) =>
        `CREATE INDEX ${quote(indexName(spec.name, generation, number))} ON ${quote(name)} (${index.columns.map(quote).join(', ')})` +
        (index.where === undefined ? '' : ` WHERE ${index.where}`),
    ),
  ];
}
