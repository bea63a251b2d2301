import { comparePositions } from '../event-sourcing/position.js';
import type { Position } from '../event-sourcing/position.js';
import { ReadModelMismatchError } from '../event-sourcing/projection-store.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { StoredTable } from './ddl.js';
import type { ReadModelSchema } from './schema.js';

/** A row of `generations`, as far as it does not move. */
export type StoredGeneration = Pick<
  ReadModelSchema['generations'],
  'projection' | 'number' | 'version' | 'tables' | 'state'
>;

/** What opening a projection finds, and what it has to do. */
export interface Opening {
  /** Of other versions, and of no use any more. */
  readonly drop: readonly StoredGeneration[];
  readonly live: StoredGeneration | undefined;
  readonly building: StoredGeneration | undefined;
  /** A generation to begin, when there is none of this version. */
  readonly begin: StoredGeneration['state'] | undefined;
}

/** Decides which of the generations there are code of the projection's present version can go on with. */
export function openingOf(projection: Projection, all: readonly StoredGeneration[]): Opening {
  const tables = tablesOf(projection);
  const fits = (stored: StoredGeneration): boolean => stored.version === projection.version && stored.tables === tables;
  const live = all.find(({ state }) => state === 'live');
  if (live === undefined) return { drop: [], live: undefined, building: undefined, begin: 'live' };
  const others = all.filter((stored) => stored !== live);
  const drop = others.filter((stored) => !fits(stored));
  const building = others.find(fits);
  if (fits(live)) return { drop, live, building, begin: undefined };
  return { drop, live: undefined, building, begin: building === undefined ? 'building' : undefined };
}

/**
 * A new generation of the projection, numbered after all that there are.
 *
 * @throws TypeError when one of its tables belongs to another projection
 */
export function nextGeneration(
  projection: Projection,
  state: StoredGeneration['state'],
  all: readonly StoredGeneration[],
): StoredGeneration {
  const names = new Set(projection.tables.map(({ name }) => name));
  for (const other of all) {
    if (other.projection === projection.name) continue;
    const taken = tablesIn(other).find(({ name }) => names.has(name));
    if (taken !== undefined)
      throw new TypeError(
        `table ${taken.name} belongs to projection ${other.projection}; ${projection.name} needs another name`,
      );
  }
  const numbers = all.filter((stored) => stored.projection === projection.name).map(({ number }) => number);
  return {
    projection: projection.name,
    number: 1 + Math.max(0, ...numbers),
    version: projection.version,
    tables: tablesOf(projection),
    state,
  };
}

/** The tables that a generation was created with. */
export function tablesIn(stored: StoredGeneration): StoredTable[] {
  const specs = JSON.parse(stored.tables) as { readonly name: string; readonly columns: object }[];
  return specs.map(({ name, columns }) => ({ name, columns: Object.keys(columns) }));
}

/** Equal for projections whose tables are created in the same way. */
function tablesOf(projection: Projection): string {
  return JSON.stringify(projection.tables);
}

/** A read model, for messages. */
export interface ReadModelNames {
  /** Where it is, such as the path of a file. */
  readonly place: string;
  /** How to throw it away, a clause after "stop the service and". */
  readonly removal: string;
}

/** Refused: the read model was built from another event store. */
export function builtFromAnother(names: ReadModelNames, known: string, given: string): ReadModelMismatchError {
  return new ReadModelMismatchError(
    `the read model ${names.place} was built from event store ${known}, and this is event store ${given}. ` +
      `Start with the event store it belongs to, or ${wayOut(names)}`,
  );
}

/**
 * Checks that no projection has seen events that the store does not have.
 *
 * @throws ReadModelMismatchError when one has
 */
export function refuseAhead(
  names: ReadModelNames,
  checkpoints: readonly { readonly projection: string; readonly checkpoint: Position }[],
  head: Position | undefined,
): void {
  for (const { projection, checkpoint } of checkpoints) {
    if (comparePositions(checkpoint, head) <= 0) continue;
    throw new ReadModelMismatchError(
      `the read model ${names.place} is ahead of the event store: ${projection} has passed position ${checkpoint}, ` +
        `and the store ends at ${head ?? 'the beginning'}. The store was probably restored from a backup; ${wayOut(names)}`,
    );
  }
}

function wayOut({ removal }: ReadModelNames): string {
  return `throw the read model away: ${removal}, and start again. It is built again from the event store`;
}
