import type { Compilable, Kysely } from 'kysely';
import type { Position } from '../../../src/event-sourcing/position.js';
import type { Generation, ProjectionStore } from '../../../src/event-sourcing/projection-store.js';
import type { Projection, Row, TableSpec } from '../../../src/event-sourcing/projection.js';
import type { SnapshotStore } from '../../../src/event-sourcing/snapshot-store.js';

/** A read model as the contract sees it. */
export interface ReadModelUnderTest {
  readonly projections: ProjectionStore & { reset(): Promise<void> };
  readonly snapshots: SnapshotStore;
  readonly queries: Kysely<Record<string, Record<string, string | number | null>>>;
  write(statements: readonly Compilable[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens the same read model again and again; `dispose` removes it. */
export interface ReadModelSite {
  open(): Promise<ReadModelUnderTest>;
  dispose(): Promise<void>;
}

/** A projection that only stands for its tables. */
export function projectionOf(name: string, version: number, tables: readonly TableSpec[]): Projection {
  return { name, version, tables, project: () => Promise.resolve() };
}

/** Commits rows that the table does not have yet. */
export async function insertRows(
  generation: Generation,
  table: TableSpec,
  rows: readonly Row[],
  from: Position | undefined,
  to: Position,
): Promise<void> {
  const writes = rows.map((row) => ({ row, before: undefined }));
  await generation.commit({ from, to, events: 1, changes: [{ table, clears: [], deletes: [], writes }] });
}

/** The generation that must be there. */
export function present(generation: Generation | undefined): Generation {
  if (generation === undefined) throw new Error('there is no such generation');
  return generation;
}

/** A text position that orders like its number. */
export function at(n: number): Position {
  return String(n).padStart(16, '0');
}
