import type { TableSpec } from '../../event-sourcing/projection.js';

/** A table of a generation as it is written down in the generation's row. */
export interface StoredTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** An identifier, quoted. */
export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** The name of a table's generation. */
export function physicalName(table: string, generation: number): string {
  return `${table}__g${generation}`;
}

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
        `CREATE INDEX ${quote(`${name}__i${number}`)} ON ${quote(name)} (${index.columns.map(quote).join(', ')})` +
        (index.where === undefined ? '' : ` WHERE ${index.where}`),
    ),
  ];
}

export function dropTable(table: StoredTable, generation: number): string {
  return `DROP TABLE IF EXISTS ${quote(physicalName(table.name, generation))}`;
}

/** Shows a generation of a table under its plain name. */
export function createView(table: StoredTable, generation: number): string {
  const columns = table.columns.map(quote).join(', ');
  return `CREATE VIEW ${quote(table.name)} AS SELECT ${columns} FROM ${quote(physicalName(table.name, generation))}`;
}

export function dropView(table: StoredTable): string {
  return `DROP VIEW IF EXISTS ${quote(table.name)}`;
}
