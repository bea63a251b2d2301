import type { EventReader } from '../../event-sourcing/event-store.js';
import type { Generation, Generations, ProjectionStore } from '../../event-sourcing/projection-store.js';
import type { Projection } from '../../event-sourcing/projection.js';
import { createView, dropTable, dropView, quote } from '../ddl.js';
import { builtFromAnother, nextGeneration, openingOf, refuseAhead, tablesIn } from '../stored-generations.js';
import type { ReadModelNames, StoredGeneration } from '../stored-generations.js';
import type { PostgresConnection, PostgresConnections } from './postgres.connections.js';
import { createTable } from './postgres.ddl.js';
import { PostgresGeneration } from './postgres.generation.js';
import type { PostgresSettings } from './postgres.settings.js';
import { placeOf } from './postgres.settings.js';
import { lockShown, lockStructure } from './structure-locks.js';
import { beginTerm, encodeNotice, requireTerm } from './term-fence.js';
import type { TermFence } from './term-fence.js';

/**
 * Keeps generations as tables `name__gN` of one schema, with a view under the plain name. Whoever changes which there
 * are holds a lock meanwhile, so that several processes may start, rebuild and swap at the same time.
 */
export class PostgresProjectionStore implements ProjectionStore {
  readonly #names: ReadModelNames;

  constructor(
    private readonly database: PostgresConnections,
    private readonly settings: Pick<PostgresSettings, 'url' | 'schema'>,
    private readonly fence?: TermFence,
  ) {
    const removal = `drop its schema (DROP SCHEMA ${quote(settings.schema)} CASCADE)`;
    this.#names = { place: placeOf(settings), removal };
  }

  /** Where it is fenced: ends what earlier terms may still write. @throws TermEndedError when this one has ended */
  async beginTerm(): Promise<void> {
    const { fence } = this;
    if (fence !== undefined) await this.#change((transaction) => beginTerm(transaction, fence));
  }

  async attach(store: Pick<EventReader, 'storeId' | 'end'>): Promise<void> {
    const passed = await this.#change(async (transaction) => {
      const known = await storeId(transaction);
      if (known === undefined)
        await transaction.query(`INSERT INTO read_model (key, value) VALUES ('store-id', $1)`, [store.storeId]);
      else if (known !== store.storeId) throw builtFromAnother(this.#names, known, store.storeId);
      return checkpoints(transaction);
    });
    // Asked for afterwards: another process may project meanwhile what was appended meanwhile.
    refuseAhead(this.#names, passed, await store.end());
  }

  open(projection: Projection): Promise<Generations> {
    return this.#change(async (transaction) => {
      const { drop, live, building, begin } = openingOf(projection, await generations(transaction, projection.name));
      await dropAll(transaction, drop);
      const begun = begin === undefined ? undefined : await this.#begin(transaction, projection, begin);
      if (begin === 'live') return { live: begun, building: undefined };
      return {
        live: live && this.#generation(projection, live),
        building: building === undefined ? begun : this.#generation(projection, building),
      };
    });
  }

  rebuild(projection: Projection): Promise<Generation> {
    return this.#change(async (transaction) => {
      const all = await generations(transaction, projection.name);
      const begun = await this.#begin(transaction, projection, 'building');
      await dropAll(
        transaction,
        all.filter(({ state }) => state === 'building'),
      );
      return begun;
    });
  }

  /** @throws StoreUnavailableError while somebody looks at the generation that goes */
  async swapIn(generation: Generation): Promise<void> {
    await this.#change(async (transaction) => {
      await lockShown(transaction, this.settings.schema);
      const all = await generations(transaction, generation.projection);
      const next = all.find(({ number }) => number === generation.number);
      if (next === undefined)
        throw new Error(`generation ${generation.number} of ${generation.projection} does not exist`);
      await transaction.query(
        `UPDATE generations SET state = 'live', complete = 1 WHERE projection = $1 AND number = $2`,
        [next.projection, next.number],
      );
      await dropAll(
        transaction,
        all.filter((stored) => stored !== next),
      );
      await show(transaction, next);
      await this.#tell(transaction);
    });
  }

  async reset(): Promise<void> {
    await this.#change(async (transaction) => {
      await lockShown(transaction, this.settings.schema);
      await dropAll(transaction, await generations(transaction));
      await transaction.query('DELETE FROM snapshots', []);
      await transaction.query('DELETE FROM read_model', []);
      await transaction.query('DELETE FROM webhook_cursors', []);
      await transaction.query('DELETE FROM webhook_deliveries', []);
    });
  }

  #change<T>(work: (transaction: PostgresConnection) => Promise<T>): Promise<T> {
    return this.database.transaction(async (transaction) => {
      await lockStructure(transaction, this.settings.schema);
      if (this.fence !== undefined) await requireTerm(transaction, this.fence.term);
      return work(transaction);
    });
  }

  async #tell(transaction: PostgresConnection): Promise<void> {
    if (this.fence !== undefined)
      await transaction.query('SELECT pg_notify($1, $2)', [this.fence.channel, encodeNotice({ kind: 'look' })]);
  }

  async #begin(
    transaction: PostgresConnection,
    projection: Projection,
    state: StoredGeneration['state'],
  ): Promise<PostgresGeneration> {
    const stored = nextGeneration(projection, state, await generations(transaction));
    for (const spec of projection.tables)
      for (const statement of createTable(spec, stored.number)) await transaction.query(statement, []);
    await transaction.query(
      'INSERT INTO generations (projection, number, version, tables, state, checkpoint, events, complete, term) VALUES ($1, $2, $3, $4, $5, NULL, 0, 0, $6)',
      [stored.projection, stored.number, stored.version, stored.tables, stored.state, this.fence?.term ?? null],
    );
    if (state === 'live') {
      await show(transaction, stored);
      await this.#tell(transaction);
    }
    return this.#generation(projection, stored);
  }

  #generation(projection: Projection, stored: StoredGeneration): PostgresGeneration {
    return new PostgresGeneration(this.database, projection, stored.number, this.fence);
  }
}

async function show(transaction: PostgresConnection, stored: StoredGeneration): Promise<void> {
  for (const table of tablesIn(stored)) {
    await transaction.query(dropView(table), []);
    await transaction.query(createView(table, stored.number), []);
  }
}

/** First the rows, in the order in which a commit takes its locks, then what the rows tell of. */
async function dropAll(transaction: PostgresConnection, all: readonly StoredGeneration[]): Promise<void> {
  for (const { projection, number } of all)
    await transaction.query('DELETE FROM generations WHERE projection = $1 AND number = $2', [projection, number]);
  for (const stored of all) {
    for (const table of tablesIn(stored)) {
      if (stored.state === 'live') await transaction.query(dropView(table), []);
      await transaction.query(dropTable(table, stored.number), []);
    }
  }
}

async function generations(transaction: PostgresConnection, projection?: string): Promise<StoredGeneration[]> {
  const { rows } = await transaction.query<StoredGeneration>(
    'SELECT projection, number, version, tables, state FROM generations WHERE projection = coalesce($1, projection) ORDER BY projection, number',
    [projection],
  );
  return rows;
}

async function checkpoints(
  transaction: PostgresConnection,
): Promise<{ readonly projection: string; readonly checkpoint: string }[]> {
  const { rows } = await transaction.query<{ projection: string; checkpoint: string }>(
    'SELECT projection, checkpoint FROM generations WHERE checkpoint IS NOT NULL ORDER BY projection',
    [],
  );
  return rows;
}

async function storeId(transaction: PostgresConnection): Promise<string | undefined> {
  const { rows } = await transaction.query<{ value: string }>(
    `SELECT value FROM read_model WHERE key = 'store-id'`,
    [],
  );
  return rows[0]?.value;
}
