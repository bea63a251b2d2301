import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { ReadModelMismatchError } from '../../../src/event-sourcing/projection-store.js';
import { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { PostgresSettings } from '../../../src/read-model/postgres/postgres.settings.js';
import { ChildProcess } from '../../support/event-store/child-process.js';
import { PostgresSite, asSuperuser, describePostgres, postgresUrl } from '../../support/postgres/postgres-site.js';
import { at, present } from '../../support/read-model/read-model-harness.js';
import { tallyProjection } from '../../support/read-model/tally-projection.js';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function site(settings: Partial<PostgresSettings> = {}): PostgresSite {
  const made = new PostgresSite(settings);
  cleanups.push(() => made.dispose());
  return made;
}

function name(kind: string): string {
  return `test_${kind}_${randomBytes(6).toString('hex')}`;
}

/** The URL of the server with other parts. */
function urlWith(change: (url: URL) => void): string {
  const url = new URL(postgresUrl());
  change(url);
  return url.href;
}

async function databaseOf(options: string): Promise<string> {
  const database = name('database');
  await asSuperuser(`CREATE DATABASE ${database} ${options}`);
  cleanups.push(() => asSuperuser(`DROP DATABASE ${database} WITH (FORCE)`));
  return urlWith((url) => (url.pathname = `/${database}`));
}

async function openingFails(settings: PostgresSettings): Promise<string> {
  const opening = PostgresReadModel.open(settings).then(async (readModel) => {
    await readModel.close();
    return 'opened';
  });
  return opening.catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
}

describePostgres('opening a read model in PostgreSQL', () => {
  it('says that the server cannot be reached', async () => {
    const url = urlWith((given) => (given.port = '1'));
    expect(await openingFails({ ...site().settings, url })).toMatch(
      /at 127\.0\.0\.1:1 cannot be opened: .*ECONNREFUSED.* Check that the server runs and that TAGALONG_READ_MODEL names it/,
    );
    const nowhere = urlWith((given) => (given.hostname = 'nowhere.invalid'));
    expect(await openingFails({ ...site().settings, url: nowhere })).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it('says that user or password are wrong, and tells no password', async () => {
    const url = urlWith((given) => (given.password = 'guessed-secret'));
    const message = await openingFails({ ...site().settings, url });
    expect(message).toMatch(/password authentication failed .*Check user and password in TAGALONG_READ_MODEL/);
    expect(message).not.toContain('guessed-secret');
  });

  it('says that the database is missing', async () => {
    const url = urlWith((given) => (given.pathname = '/not-there'));
    expect(await openingFails({ ...site().settings, url })).toMatch(
      /database "not-there" does not exist.* Create the database: CREATE DATABASE "not-there"/,
    );
  });

  it('says that the server speaks no TLS', async () => {
    const url = urlWith((given) => {
      given.searchParams.set('sslmode', 'verify-full');
    });
    expect(await openingFails({ ...site().settings, url })).toMatch(/does not support SSL.* Check sslmode/);
  });

  it('says which right is missing, and needs none to create where the schema is there', async () => {
    const user = name('user');
    await asSuperuser(`CREATE ROLE ${user} LOGIN PASSWORD 'pass'`);
    cleanups.push(() => asSuperuser(`DROP OWNED BY ${user}; DROP ROLE ${user}`));
    const url = urlWith((given) => {
      given.username = user;
      given.password = 'pass';
    });
    const { settings } = site({ url });
    expect(await openingFails(settings)).toMatch(
      new RegExp(
        `permission denied for database.*GRANT CREATE ON DATABASE "postgres" TO "${user}".*ALTER SCHEMA "${settings.schema}"`,
      ),
    );
    await asSuperuser(`CREATE SCHEMA ${settings.schema} AUTHORIZATION ${user}`);
    expect(await openingFails(settings)).toBe('opened');
    expect(await openingFails(settings)).toBe('opened');
  });

  it('says that the database is not in UTF-8', async () => {
    const url = await databaseOf(`ENCODING 'SQL_ASCII' TEMPLATE template0`);
    expect(await openingFails({ ...site().settings, url })).toMatch(/encoded in SQL_ASCII.*ENCODING 'UTF8'/);
  });

  it('refuses a schema that a newer release has written', async () => {
    const { settings } = site();
    await openingFails(settings);
    await asSuperuser(`INSERT INTO ${settings.schema}.kysely_migration VALUES ('9999-next', 'now')`);
    expect(await openingFails(settings)).toMatch(
      new RegExp(`newer release \\(schema 9999-next\\).*DROP SCHEMA "${settings.schema}" CASCADE`),
    );
  });

  it('refuses the read model of another event store, and says where it is', async () => {
    const made = site();
    const readModel = await made.open();
    cleanups.push(() => readModel.close());
    const store = (storeId: string) => ({ storeId, end: () => Promise.resolve(undefined) });
    await readModel.projections.attach(store('one'));
    const foreign = readModel.projections.attach(store('two'));
    await expect(foreign).rejects.toThrow(ReadModelMismatchError);
    await expect(foreign).rejects.toThrow(
      new RegExp(`in schema ${made.settings.schema} of database postgres at 127.*DROP SCHEMA`),
    );
    await expect(foreign).rejects.not.toThrow(/for-tests-only/);
  });

  it('takes nothing for ahead of the event store that another process projects while it looks where that ends', async () => {
    const readModel = await site().open();
    cleanups.push(() => readModel.close());
    const live = present((await readModel.projections.open(tallyProjection())).live);
    const end = async () => {
      await live.commit({ from: undefined, to: at(1), events: 1, changes: [] });
      return undefined;
    };
    await readModel.projections.attach({ storeId: 'one', end });
    await expect(
      readModel.projections.attach({ storeId: 'one', end: () => Promise.resolve(undefined) }),
    ).rejects.toThrow(ReadModelMismatchError);
  });

  it('lets processes that start at the same time take turns', async () => {
    const { settings } = site();
    const children = [0, 1, 2].map(
      () => new ChildProcess('../postgres/migrating-process.ts', JSON.stringify(settings)),
    );
    cleanups.push(() => Promise.all(children.map((child) => child.kill())));
    for (const child of children) await child.said(1);
    for (const child of children) child.tell('go');
    for (const child of children) await child.said(2);
    expect(children.map(({ lines }) => lines[1])).toEqual(['generation 1', 'generation 1', 'generation 1']);
    const { rows } = await asSuperuser(`SELECT count(*)::int AS count FROM ${settings.schema}.generations`);
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('keeps read models of one database apart', async () => {
    const [one, other] = await Promise.all([site().open<Tables>(), site().open<Tables>()]);
    cleanups.push(
      () => one.close(),
      () => other.close(),
    );
    await one.projections.open(tallyProjection());
    expect(await one.queries.selectFrom('tallies').selectAll().execute()).toEqual([]);
    await expect(other.queries.selectFrom('tallies').selectAll().execute()).rejects.toThrow('does not exist');
  });

  it('sets up its sessions as they should be', async () => {
    const url = urlWith((given) => {
      given.searchParams.set('options', '-c work_mem=5MB');
      given.searchParams.set('statement_timeout', '1');
      given.searchParams.set('application_name', 'apart');
    });
    const { settings } = site({
      url,
      statementTimeoutMs: 7_000,
      lockTimeoutMs: 3_000,
      idleInTransactionTimeoutMs: 4_000,
    });
    const readModel = await PostgresReadModel.open<Settings>(settings);
    cleanups.push(() => readModel.close());
    const names = async (): Promise<unknown> => {
      const { rows } = await asSuperuser('SELECT DISTINCT application_name AS name FROM pg_stat_activity');
      return rows;
    };
    const shown = await readModel.queries
      .selectFrom('pg_settings')
      .select(['name', 'setting'])
      .where('name', 'in', [
        'application_name',
        'default_transaction_read_only',
        'idle_in_transaction_session_timeout',
        'lock_timeout',
        'search_path',
        'statement_timeout',
        'work_mem',
      ])
      .orderBy('name')
      .execute();
    expect(shown.map(({ name: key, setting }) => [key, setting])).toEqual([
      ['application_name', 'apart reading'],
      ['default_transaction_read_only', 'on'],
      ['idle_in_transaction_session_timeout', '4000'],
      ['lock_timeout', '3000'],
      ['search_path', settings.schema],
      ['statement_timeout', '7000'],
      ['work_mem', '5120'],
    ]);
    // The server takes a moment to notice that a session has ended.
    await expect.poll(names).not.toContainEqual({ name: 'apart migrating' });
    expect(await names()).toContainEqual({ name: 'apart reading' });
    await expect(readModel.queries.insertInto('read_model').values({ key: 'a', value: 'b' }).execute()).rejects.toThrow(
      'read-only transaction',
    );
  });

  it('leaves other users of the driver their types', async () => {
    const readModel = await site().open();
    cleanups.push(() => readModel.close());
    expect((await asSuperuser('SELECT 1::bigint AS big')).rows).toEqual([{ big: '1' }]);
  });

  it('orders texts by code point, whatever the language of the database', async () => {
    const url = await databaseOf(`TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C' ENCODING 'UTF8'`);
    const collated = await asSuperuser(`SELECT 'a' < 'B' AS sorted`, url);
    expect(collated.rows).toEqual([{ sorted: true }]);
    const readModel = await new PostgresSite({ url }).open<Tables>();
    cleanups.push(() => readModel.close());
    const { live } = await readModel.projections.open(tallyProjection());
    const streams = ['a', 'B', 'ä', 'a-b', 'a_b', 'ab', '\u{1F984}', '\uFFFD', ''];
    const writes = streams.map((stream, n) => ({ row: { stream, total: n, position: `${n}` }, before: undefined }));
    const [table] = tallyProjection().tables;
    if (live === undefined || table === undefined) throw new Error('there is nothing to write to');
    await live.commit({ from: undefined, to: '1', events: 1, changes: [{ table, clears: [], deletes: [], writes }] });
    const rows = await readModel.queries.selectFrom('tallies').select('stream').orderBy('stream').execute();
    expect(rows.map(({ stream }) => stream)).toEqual(
      streams.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    const after = await readModel.queries.selectFrom('tallies').select('stream').where('stream', '>', 'a').execute();
    expect(after).toHaveLength(6);
  });
});

interface Tables {
  readonly tallies: { readonly stream: string; readonly total: number; readonly position: string };
}

interface Settings {
  readonly pg_settings: { readonly name: string; readonly setting: string };
  readonly read_model: { readonly key: string; readonly value: string };
}
