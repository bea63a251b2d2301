import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { systemClock } from '../../../src/composition/system-clock.js';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { ProjectionHost } from '../../../src/event-sourcing/projection-host.js';
import type { SubscriberReport } from '../../../src/event-sourcing/subscriber-surroundings.js';
import type { Generation } from '../../../src/event-sourcing/projection-store.js';
import type { Row, TableSpec } from '../../../src/event-sourcing/projection.js';
import { PostgresConnections } from '../../../src/read-model/postgres/postgres.connections.js';
import type { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { PostgresSettings } from '../../../src/read-model/postgres/postgres.settings.js';
import { EmbeddedPostgres } from '../../support/postgres/embedded-server.js';
import { PostgresSite, asSuperuser, describePostgres } from '../../support/postgres/postgres-site.js';
import { insertRows, present } from '../../support/read-model/read-model-harness.js';
import { appendTally, tallies, tallyProjection } from '../../support/read-model/tally-projection.js';
import type { TallyRow, TallySchema } from '../../support/read-model/tally-projection.js';
import { until } from '../../support/read-model/waiting.js';

describePostgres('a read model in PostgreSQL', () => {
  let server: EmbeddedPostgres;
  let events: InMemoryEventStore;
  let lost: Error[];
  let reports: SubscriberReport[];
  const opened: PostgresReadModel<TallySchema>[] = [];
  const hosts: ProjectionHost[] = [];

  beforeAll(async () => {
    server = await EmbeddedPostgres.start();
  });

  afterAll(() => server.dispose());

  beforeEach(() => {
    events = new InMemoryEventStore();
    lost = [];
    reports = [];
  });

  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.stop();
    for (const readModel of opened.splice(0)) await readModel.close();
  });

  async function open(settings: Partial<PostgresSettings> = {}): Promise<PostgresReadModel<TallySchema>> {
    const site = new PostgresSite({ url: server.url, connectTimeoutMs: 2_000, ...settings });
    const readModel = await site.open<TallySchema>({ onConnectionLost: (error) => lost.push(error) });
    opened.push(readModel);
    return readModel;
  }

  async function follow(readModel: PostgresReadModel<TallySchema>): Promise<ProjectionHost> {
    const surroundings = {
      store: readModel.projections,
      reader: events,
      clock: systemClock,
      report: (report: SubscriberReport) => reports.push(report),
      tuning: { firstRetryMs: 1, lastRetryMs: 20, batchSize: 7, commitEveryRows: 5 },
    };
    const host = new ProjectionHost(surroundings, [tallyProjection()]);
    hosts.push(host);
    await host.start();
    return host;
  }

  function recheckAll(): void {
    for (const host of hosts) host.recheck();
  }

  /** Appends events, pausing between them, until told to stop. Answers how many. */
  function appendUntil(stopped: () => boolean): Promise<number> {
    return (async () => {
      let count = 0;
      for (; !stopped(); count++) {
        await appendTally(events, `tally-${count % 11}`, 1);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return count;
    })();
  }

  async function total(readModel: PostgresReadModel<TallySchema>): Promise<number> {
    const rows = await readModel.queries.selectFrom('tallies').select('total').execute();
    return rows.reduce((sum, row) => sum + row.total, 0);
  }

  const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tagalong%'`;

  it('counts every event once while its connections are cut again and again', async () => {
    const readModel = await open();
    const host = await follow(readModel);
    let cuts = 0;
    let over = false;
    const appending = appendUntil(() => over);
    while (cuts < 40) {
      cuts += (await asSuperuser(terminate, server.url)).rows.length;
      const passed = host.statuses()[0]?.checkpoint;
      await until(() => host.statuses()[0]?.checkpoint !== passed);
    }
    over = true;
    const count = await appending;
    expect(await host.waitFor((await events.head()) ?? '')).toBe(true);
    expect(reports.filter(({ kind }) => kind === 'failed')).toEqual([]);
    expect(reports.some(({ kind }) => kind === 'retrying')).toBe(true);
    expect(await total(readModel)).toBe(count);
    expect(host.statuses()).toMatchObject([{ eventsProcessed: count }]);
  });

  it('survives that its server crashes and comes back, and says meanwhile what is the matter', async () => {
    const readModel = await open();
    const prepared = readModel.prepare<{ readonly stream: string }, { readonly total: number }>((queries, value) =>
      queries.selectFrom('tallies').select('total').where('stream', '=', value('stream')),
    );
    const host = await follow(readModel);
    let over = false;
    const appending = appendUntil(() => over);
    for (let crash = 0; crash < 3; crash++) {
      await until(() => host.statuses()[0]?.state === 'live' || host.ready);
      await server.halt();
      await until(() => host.statuses()[0]?.fault !== undefined);
      expect(host.statuses()[0]?.fault?.message).toMatch(/read model cannot be reached: .*; trying again/);
      await expect(prepared.first({ stream: 'tally-1' })).rejects.toThrow(StoreUnavailableError);
      await expect(total(readModel)).rejects.toThrow(StoreUnavailableError);
      expect(await readModel.fault()).toMatch(/cannot be reached/);
      await server.start();
      await until(() => host.statuses()[0]?.fault === undefined);
      expect(await readModel.fault()).toBeUndefined();
    }
    over = true;
    const count = await appending;
    expect(await host.waitFor((await events.head()) ?? '')).toBe(true);
    expect(await total(readModel)).toBe(count);
    expect((await prepared.first({ stream: 'tally-1' }))?.total).toBeGreaterThan(0);
    expect(reports.filter(({ kind }) => kind === 'failed')).toEqual([]);
  });

  it('builds again what a server does not have that took over with less, though nothing else happens', async () => {
    const site = new PostgresSite({ url: server.url });
    const readModel = await site.open<TallySchema>({ onConnectionLost: recheckAll });
    opened.push(readModel);
    const host = await follow(readModel);
    for (let n = 0; n < 20; n++) await appendTally(events, `tally-${n % 3}`, 1);
    const early = (await events.readAll({ limit: 1 }))[0]?.position ?? '';
    const head = (await events.head()) ?? '';
    expect(await host.waitFor(head)).toBe(true);
    await until(() => host.statuses()[0]?.state === 'live');
    const { schema } = site.settings;
    await asSuperuser(
      `SET search_path = ${schema}; DELETE FROM tallies__g1 WHERE stream <> 'tally-0';
       UPDATE tallies__g1 SET total = 1, position = '${early}'; UPDATE generations SET checkpoint = '${early}', events = 1`,
      server.url,
    );
    expect(await total(readModel)).toBe(1);
    await asSuperuser(terminate, server.url);
    await until(async () => (await total(readModel).catch(() => 0)) === 20);
    expect(host.statuses()).toMatchObject([{ eventsProcessed: 20, checkpoint: head }]);
  });

  it('tells of a connection that broke while nobody used it, and takes another', async () => {
    const readModel = await open();
    expect(await readModel.fault()).toBeUndefined();
    await asSuperuser(terminate, server.url);
    await until(() => lost.length > 0);
    expect(lost[0]?.message).toMatch(/terminating connection/);
    expect(await readModel.fault()).toBeUndefined();
  });

  function sleeping(readModel: PostgresReadModel<TallySchema>, milliseconds: number): Promise<unknown> {
    return readModel.queries
      .selectNoFrom((eb) => eb.fn<string>('pg_sleep', [eb.val(milliseconds / 1_000)]).as('slept'))
      .execute();
  }

  it('gives up a statement that runs too long', async () => {
    const readModel = await open({ statementTimeoutMs: 200 });
    const asked = sleeping(readModel, 60_000);
    await expect(asked).rejects.toThrow(/statement timeout/);
    await expect(asked).rejects.toThrow(StoreUnavailableError);
    expect(await readModel.fault()).toBeUndefined();
  });

  it('takes no more connections than it may, and waits for one no longer than it may', async () => {
    const readModel = await open({ connections: 3, connectTimeoutMs: 500 });
    const busy = [sleeping(readModel, 2_000), sleeping(readModel, 2_000)];
    const asleep = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;
    await until(async () => (await asSuperuser(asleep, server.url)).rows.length === 2);
    expect(await readModel.fault()).toMatch(/timeout exceeded when trying to connect/);
    await Promise.all(busy);
    expect(await readModel.fault()).toBeUndefined();
  });

  it('waits no longer for a lock than it may', async () => {
    const site = new PostgresSite({ url: server.url, lockTimeoutMs: 200 });
    const readModel = await site.open<TallySchema>();
    opened.push(readModel);
    const generation = present((await readModel.projections.open(tallyProjection())).live);
    const write = { row: { stream: 's', total: 1, position: '1' }, before: undefined };
    const changes = [{ table: tallies, clears: [], deletes: [], writes: [write] }];
    const commit = (): Promise<void> => generation.commit({ from: undefined, to: '1', events: 1, changes });
    const blocker = new pg.Client({ connectionString: server.url });
    await blocker.connect();
    await blocker.query(`BEGIN; LOCK TABLE ${site.settings.schema}.generations IN ACCESS EXCLUSIVE MODE`);
    await expect(commit()).rejects.toThrow(/lock timeout/);
    await expect(commit()).rejects.toThrow(StoreUnavailableError);
    await blocker.end();
    await commit();
    expect(await total(readModel)).toBe(1);
  });

  it('loses its locks when it hangs in the middle of a transaction', async () => {
    const site = new PostgresSite({ url: server.url, idleInTransactionTimeoutMs: 300 });
    const connections = new PostgresConnections(site.settings, 'writing', 2, (error) => lost.push(error));
    const readModel = await site.open<TallySchema>();
    opened.push(readModel);
    const generation = present((await readModel.projections.open(tallyProjection())).live);
    const hanging = await connections.connect();
    await hanging.query('BEGIN', []);
    await hanging.query('UPDATE generations SET events = 100', []);
    await generation.commit({ from: undefined, to: '1', events: 1, changes: [] });
    expect(await generation.progress()).toMatchObject({ events: 1, checkpoint: '1' });
    await expect(hanging.commit()).rejects.toThrow(StoreUnavailableError);
    hanging.release();
    await connections.end();
  });

  it('prepares a query anew when another version of a table is swapped in', async () => {
    const readModel = await open({ connections: 3 });
    const query = readModel.prepare<{ readonly stream: string }, TallyRow>((queries, value) =>
      queries.selectFrom('tallies').selectAll().where('stream', '=', value('stream')),
    );
    const row = { stream: 's', total: 1, position: '1' };
    const first = present((await readModel.projections.open(tallyProjection())).live);
    await commitRow(first, tallies, row);
    expect(await Promise.all([query.first({ stream: 's' }), query.first({ stream: 's' })])).toEqual([row, row]);
    const wider: TableSpec = { ...tallies, columns: { ...tallies.columns, colour: { type: 'text' } } };
    const next = tallyProjection({ version: 2, tables: [wider] });
    const second = present((await readModel.projections.open(next)).building);
    await commitRow(second, wider, { ...row, colour: 'red' });
    await readModel.projections.swapIn(second);
    for (let turn = 0; turn < 4; turn++) {
      const found = await Promise.all([query.first({ stream: 's' }), query.first({ stream: 's' })]);
      expect(found).toEqual([
        { ...row, colour: 'red' },
        { ...row, colour: 'red' },
      ]);
    }
  });

  it('swaps nothing in while it is looked at as it is, and goes on with everything else', async () => {
    const readModel = await open();
    const live = present((await readModel.projections.open(tallyProjection())).live);
    const row = { stream: 's', total: 1, position: '1' };
    await commitRow(live, tallies, row);
    const frozen = await readModel.freeze();
    const rows = async (): Promise<unknown> =>
      (await sql`SELECT stream, total, position FROM tallies`.execute(frozen.queries)).rows;
    const building = await readModel.projections.rebuild(tallyProjection());
    await expect(readModel.projections.swapIn(building)).rejects.toThrow(StoreUnavailableError);
    const changes = [{ table: tallies, clears: [{}], deletes: [], writes: [] }];
    await live.commit({ from: '1', to: '2', events: 1, changes });
    expect(await total(readModel)).toBe(0);
    expect(await rows()).toEqual([row]);
    const another = await open();
    await another.projections.open(tallyProjection());
    await frozen.close();
    await readModel.projections.swapIn(building);
  });
});

async function commitRow(generation: Generation, table: TableSpec, row: Row): Promise<void> {
  await insertRows(generation, table, [row], undefined, '1');
}
