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

/** The name of an index of a table's generation. */
export function indexName(table: string, generation: number, index: number): string {
  return `${physicalName(table, generation)}__i${index}`;
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
