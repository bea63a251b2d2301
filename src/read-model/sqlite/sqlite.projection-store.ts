import type { EventReader } from '../../event-sourcing/event-store.js';
import { comparePositions } from '../../event-sourcing/position.js';
import { ReadModelMismatchError } from '../../event-sourcing/projection-store.js';
import type { Generation, Generations, ProjectionStore } from '../../event-sourcing/projection-store.js';
import type { Projection } from '../../event-sourcing/projection.js';
import type { SqliteConnection } from './sqlite.connection.js';
import { createTable, createView, dropTable, dropView } from './sqlite.ddl.js';
import type { StoredTable } from './sqlite.ddl.js';
import { SqliteGeneration, attempt } from './sqlite.generation.js';

/** A row of `generations`. */
interface StoredGeneration {
  readonly projection: string;
  readonly number: number;
  readonly version: number;
  readonly tables: string;
  readonly state: 'live' | 'building';
}

/** Keeps generations as tables `name__gN` with a view under the plain name. */
export class SqliteProjectionStore implements ProjectionStore {
  constructor(
    private readonly connection: SqliteConnection,
    /** The file, for messages. */
    private readonly file: string,
  ) {}

  async attach(store: Pick<EventReader, 'storeId' | 'head'>): Promise<void> {
    const head = await store.head();
    await attempt(() =>
      this.connection.transaction(() => {
        const known = this.#storeId();
        if (known === undefined) {
          this.connection.statement(`INSERT INTO read_model (key, value) VALUES ('store-id', ?)`).run(store.storeId);
        } else if (known !== store.storeId) {
          throw new ReadModelMismatchError(
            `the read model ${this.file} was built from event store ${known}, and this is event store ${store.storeId}. ` +
              `Start with the data directory it belongs to, or ${wayOut(this.file)}`,
          );
        }
        for (const { projection, checkpoint } of this.#checkpoints()) {
          if (comparePositions(checkpoint, head) <= 0) continue;
          throw new ReadModelMismatchError(
            `the read model ${this.file} is ahead of the event store: ${projection} has passed position ${checkpoint}, ` +
              `and the store ends at ${head ?? 'the beginning'}. The store was probably restored from a backup; ${wayOut(this.file)}`,
          );
        }
      }),
    );
  }

  open(projection: Projection): Promise<Generations> {
    return attempt(() => this.connection.transaction(() => this.#open(projection)));
  }

  rebuild(projection: Projection): Promise<Generation> {
    return attempt(() =>
      this.connection.transaction(() => {
        const earlier = this.#generations(projection.name).filter(({ state }) => state === 'building');
        const begun = this.#begin(projection, 'building');
        for (const stored of earlier) this.#drop(stored);
        return begun;
      }),
    );
  }

  swapIn(generation: Generation): Promise<void> {
    return attempt(() =>
      this.connection.transaction(() => {
        const all = this.#generations(generation.projection);
        const next = all.find(({ number }) => number === generation.number);
        if (next === undefined)
          throw new Error(`generation ${generation.number} of ${generation.projection} does not exist`);
        for (const stored of all) if (stored !== next) this.#drop(stored);
        this.connection
          .statement(`UPDATE generations SET state = 'live', complete = 1 WHERE projection = ? AND number = ?`)
          .run(next.projection, next.number);
        this.#show(next);
      }),
    );
  }

  /** Forgets everything that was built, and which event store it came from. */
  reset(): Promise<void> {
    return attempt(() =>
      this.connection.transaction(() => {
        for (const stored of this.#generations()) this.#drop(stored);
        this.connection.execute('DELETE FROM snapshots; DELETE FROM read_model');
      }),
    );
  }

  #open(projection: Projection): Generations {
    const tables = tablesOf(projection);
    const all = this.#generations(projection.name);
    const fits = (stored: StoredGeneration): boolean =>
      stored.version === projection.version && stored.tables === tables;
    const live = all.find(({ state }) => state === 'live');
    if (live === undefined) return { live: this.#begin(projection, 'live'), building: undefined };
    for (const stored of all) if (stored !== live && !fits(stored)) this.#drop(stored);
    const begun = all.find((stored) => stored !== live && fits(stored));
    const building = begun === undefined ? undefined : this.#generation(projection, begun);
    if (fits(live)) return { live: this.#generation(projection, live), building };
    return { live: undefined, building: building ?? this.#begin(projection, 'building') };
  }

  #begin(projection: Projection, state: StoredGeneration['state']): SqliteGeneration {
    const number = 1 + Math.max(0, ...this.#generations(projection.name).map((stored) => stored.number));
    const stored = {
      projection: projection.name,
      number,
      version: projection.version,
      tables: tablesOf(projection),
      state,
    };
    this.#refuseForeignTables(stored);
    for (const spec of projection.tables)
      for (const statement of createTable(spec, number)) this.connection.execute(statement);
    this.connection
      .statement(
        'INSERT INTO generations (projection, number, version, tables, state, checkpoint, events, complete) VALUES (?, ?, ?, ?, ?, NULL, 0, 0)',
      )
      .run(stored.projection, stored.number, stored.version, stored.tables, stored.state);
    if (state === 'live') this.#show(stored);
    return this.#generation(projection, stored);
  }

  #show(stored: StoredGeneration): void {
    for (const table of parseTables(stored)) {
      this.connection.execute(dropView(table));
      this.connection.execute(createView(table, stored.number));
    }
  }

  #drop(stored: StoredGeneration): void {
    for (const table of parseTables(stored)) {
      if (stored.state === 'live') this.connection.execute(dropView(table));
      this.connection.execute(dropTable(table, stored.number));
    }
    this.connection
      .statement('DELETE FROM generations WHERE projection = ? AND number = ?')
      .run(stored.projection, stored.number);
  }

  #refuseForeignTables(wanted: StoredGeneration): void {
    const names = new Set(parseTables(wanted).map(({ name }) => name));
    for (const other of this.#generations()) {
      if (other.projection === wanted.projection) continue;
      const taken = parseTables(other).find(({ name }) => names.has(name));
      if (taken !== undefined)
        throw new TypeError(
          `table ${taken.name} belongs to projection ${other.projection}; ${wanted.projection} needs another name`,
        );
    }
  }

  #generation(projection: Projection, stored: StoredGeneration): SqliteGeneration {
    return new SqliteGeneration(this.connection, projection, stored.number);
  }

  #generations(projection?: string): StoredGeneration[] {
    const rows =
      projection === undefined
        ? this.connection.statement('SELECT * FROM generations ORDER BY projection, number').all()
        : this.connection.statement('SELECT * FROM generations WHERE projection = ? ORDER BY number').all(projection);
    return rows as StoredGeneration[];
  }

  #checkpoints(): { readonly projection: string; readonly checkpoint: string }[] {
    const rows = this.connection
      .statement('SELECT projection, checkpoint FROM generations WHERE checkpoint IS NOT NULL ORDER BY projection')
      .all();
    return rows as { projection: string; checkpoint: string }[];
  }

  #storeId(): string | undefined {
    const row = this.connection.statement(`SELECT value FROM read_model WHERE key = 'store-id'`).get();
    return (row as { value: string } | undefined)?.value;
  }
}

function wayOut(file: string): string {
  return `throw the read model away: delete ${file} together with its -wal and -shm files, and start again. It is built again from the event store`;
}

/** Equal for projections whose tables are created in the same way. */
function tablesOf(projection: Projection): string {
  return JSON.stringify(projection.tables);
}

function parseTables(stored: StoredGeneration): StoredTable[] {
  const specs = JSON.parse(stored.tables) as { readonly name: string; readonly columns: object }[];
  return specs.map(({ name, columns }) => ({ name, columns: Object.keys(columns) }));
}
