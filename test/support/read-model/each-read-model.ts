import { afterAll, beforeAll, describe } from 'vitest';
import type { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { SqliteReadModel } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../event-store/temporary-directory.js';
import { PostgresSite, describePostgres } from '../postgres/postgres-site.js';

/** Where SQLite keeps it: in memory it is fast, in a file readers and writers are apart, as in the service. */
type Place = 'memory' | 'file';

let openOne: <Schema>(place: Place) => Promise<ReadModel<Schema>> = openSqlite;

/** Declares the same tests once for every database that the read model runs on. */
export function describeOnEachReadModel(declare: () => void): void {
  describe('on SQLite', () => {
    beforeAll(() => {
      openOne = openSqlite;
    });
    declare();
  });
  describePostgres('on PostgreSQL', () => {
    const schemas = new PostgresSchemas();
    beforeAll(() => {
      openOne = () => schemas.open();
    });
    afterAll(() => schemas.dispose());
    declare();
  });
}

/** An empty read model on the database that the running tests are about. Its rows are gone when it is closed. */
export function openTestReadModel<Schema>(place: Place = 'memory'): Promise<ReadModel<Schema>> {
  return openOne<Schema>(place);
}

async function openSqlite<Schema>(place: Place): Promise<ReadModel<Schema>> {
  if (place === 'memory') return SqliteReadModel.open<Schema>(':memory:');
  const directory = await temporaryDirectory();
  const readModel = await SqliteReadModel.open<Schema>({ directory: directory.path });
  return closedBy(readModel, async () => {
    await readModel.close();
    await directory.remove();
  });
}

function closedBy<Schema>(readModel: ReadModel<Schema>, close: () => Promise<void>): ReadModel<Schema> {
  return {
    projections: readModel.projections,
    snapshots: readModel.snapshots,
    queries: readModel.queries,
    prepare: (template) => readModel.prepare(template),
    write: (statements) => readModel.write(statements),
    freeze: () => readModel.freeze(),
    fault: () => readModel.fault(),
    close,
  };
}

interface OpenSchema {
  readonly site: PostgresSite;
  readonly readModel: PostgresReadModel<unknown>;
}

/** Read models in schemas of their own, emptied and given again: to connect and to migrate takes longer than most tests. */
class PostgresSchemas {
  readonly #all: OpenSchema[] = [];
  readonly #free: OpenSchema[] = [];

  async open<Schema>(): Promise<ReadModel<Schema>> {
    const taken = this.#free.pop() ?? (await this.#openAnother());
    // Which tables there are is a promise of the caller's, here as where a read model is opened.
    const readModel = taken.readModel as ReadModel<Schema>;
    let closed = false;
    return closedBy(readModel, async () => {
      if (closed) return;
      closed = true;
      await readModel.projections.reset();
      this.#free.push(taken);
    });
  }

  async dispose(): Promise<void> {
    for (const { site, readModel } of this.#all) {
      await readModel.close();
      await site.dispose();
    }
  }

  async #openAnother(): Promise<OpenSchema> {
    const site = new PostgresSite();
    const opened = { site, readModel: await site.open<unknown>() };
    this.#all.push(opened);
    return opened;
  }
}
