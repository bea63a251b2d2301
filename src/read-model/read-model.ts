import type { Compilable, Kysely, QueryExecutorProvider } from 'kysely';
import type { ProjectionStore } from '../event-sourcing/projection-store.js';
import type { SnapshotStore } from '../event-sourcing/snapshot-store.js';
import type { PreparedQuery, QueryTemplate } from './prepared-query.js';

/** A read model as it stood at one moment, whatever is written meanwhile. To be looked at only. */
export interface FrozenReadModel {
  readonly queries: QueryExecutorProvider;
  close(): Promise<void>;
}

/** Tables built from the event store, and what queries see of them. The same on every database. */
export interface ReadModel<Schema> {
  readonly projections: ProjectionStore & {
    /** Forgets everything that was built, and which event store it came from. */
    reset(): Promise<void>;
  };
  readonly snapshots: SnapshotStore;
  /** For queries only: it refuses to write. */
  readonly queries: Kysely<Schema>;

  /** Compiles a query once, for where a query runs often. */
  prepare<P extends object, Result>(template: QueryTemplate<Schema, P, Result>): PreparedQuery<P, Result>;

  /**
   * Writes to the fixed tables that hold work in hand and no projection: all of the statements, or none. Queries see it
   * when it resolves.
   *
   * @throws StoreUnavailableError when the database cannot take it now
   */
  write(statements: readonly Compilable[]): Promise<void>;

  /**
   * What is committed now, held until it is closed. Holding it keeps the database from clearing away what is
   * replaced meanwhile.
   */
  freeze(): Promise<FrozenReadModel>;

  /** Why it cannot be queried now; `undefined` while it can. Answers in bounded time. */
  fault(): Promise<string | undefined>;

  /** Releases files and connections. Stop the subscribers first. */
  close(): Promise<void>;
}
