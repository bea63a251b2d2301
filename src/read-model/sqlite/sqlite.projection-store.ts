import type { EventReader } from '../../event-sourcing/event-store.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Generation, Generations, ProjectionStore } from '../../event-sourcing/projection-store.js';
import type { Projection } from '../../event-sourcing/projection.js';
import { createView, dropTable, dropView } from '../ddl.js';
import { builtFromAnother, nextGeneration, openingOf, refuseAhead, tablesIn } from '../stored-generations.js';
import type { ReadModelNames, StoredGeneration } from '../stored-generations.js';
import type { BulkWriter } from './bulk-writer.js';
import type { SqliteConnection } from './sqlite.connection.js';
import { createTable } from './sqlite.ddl.js';
import { SqliteGeneration, attempt } from './sqlite.generation.js';

/** Keeps generations as tables `name__gN` with a view under the plain name. */
export class SqliteProjectionStore implements ProjectionStore {
  readonly #names: ReadModelNames;

  constructor(
    private readonly connection: SqliteConnection,
    /** The file, for messages. */
    file: string,
    private readonly bulk: BulkWriter | undefined,
  ) {
    this.#names = { place: file, removal: `delete ${file} together with its -wal and -shm files` };
  }

  async attach(store: Pick<EventReader, 'storeId' | 'end'>): Promise<void> {
    const end = await store.end();
    await attempt(() =>
      this.connection.transaction(() => {
        const known = this.#storeId();
        if (known === undefined)
          this.connection.statement(`INSERT INTO read_model (key, value) VALUES ('store-id', ?)`).run(store.storeId);
        else if (known !== store.storeId) throw builtFromAnother(this.#names, known, store.storeId);
        refuseAhead(this.#names, this.#checkpoints(), end);
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
        this.connection.execute(
          'DELETE FROM snapshots; DELETE FROM read_model; DELETE FROM webhook_cursors; DELETE FROM webhook_deliveries',
        );
      }),
    );
  }

  #open(projection: Projection): Generations {
    const { drop, live, building, begin } = openingOf(projection, this.#generations(projection.name));
    for (const stored of drop) this.#drop(stored);
    const begun = begin === undefined ? undefined : this.#begin(projection, begin);
    if (begin === 'live') return { live: begun, building: undefined };
    return {
      live: live && this.#generation(projection, live),
      building: building === undefined ? begun : this.#generation(projection, building),
    };
  }

  #begin(projection: Projection, state: StoredGeneration['state']): SqliteGeneration {
    const stored = nextGeneration(projection, state, this.#generations());
    for (const spec of projection.tables)
      for (const statement of createTable(spec, stored.number)) this.connection.execute(statement);
    this.connection
      .statement(
        'INSERT INTO generations (projection, number, version, tables, state, checkpoint, events, complete) VALUES (?, ?, ?, ?, ?, NULL, 0, 0)',
      )
      .run(stored.projection, stored.number, stored.version, stored.tables, stored.state);
    if (state === 'live') this.#show(stored);
    return this.#generation(projection, stored);
  }

  #show(stored: StoredGeneration): void {
    for (const table of tablesIn(stored)) {
      this.connection.execute(dropView(table));
      this.connection.execute(createView(table, stored.number));
    }
  }

  #drop(stored: StoredGeneration): void {
    for (const table of tablesIn(stored)) {
      if (stored.state === 'live') this.connection.execute(dropView(table));
      this.connection.execute(dropTable(table, stored.number));
    }
    this.connection
      .statement('DELETE FROM generations WHERE projection = ? AND number = ?')
      .run(stored.projection, stored.number);
  }

  #generation(projection: Projection, stored: StoredGeneration): SqliteGeneration {
    return new SqliteGeneration(this.connection, projection, stored.number, this.bulk);
  }

  #generations(projection?: string): StoredGeneration[] {
    const rows =
      projection === undefined
        ? this.connection.statement('SELECT * FROM generations ORDER BY projection, number').all()
        : this.connection.statement('SELECT * FROM generations WHERE projection = ? ORDER BY number').all(projection);
    return rows as StoredGeneration[];
  }

  #checkpoints(): { readonly projection: string; readonly checkpoint: Position }[] {
    const rows = this.connection
      .statement('SELECT projection, checkpoint FROM generations WHERE checkpoint IS NOT NULL ORDER BY projection')
      .all();
    return rows as { projection: string; checkpoint: Position }[];
  }

  #storeId(): string | undefined {
    const row = this.connection.statement(`SELECT value FROM read_model WHERE key = 'store-id'`).get();
    return (row as { value: string } | undefined)?.value;
  }
}
