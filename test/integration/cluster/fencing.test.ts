import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CoordinationConnection } from '../../../src/cluster/coordination-connection.js';
import { Lease } from '../../../src/cluster/lease.js';
import type { Generation } from '../../../src/event-sourcing/projection-store.js';
import { TermEndedError } from '../../../src/event-sourcing/projection-store.js';
import type { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { PostgresProjectionStore } from '../../../src/read-model/postgres/postgres.projection-store.js';
import { PostgresSite, asSuperuser, describePostgres, postgresUrl } from '../../support/postgres/postgres-site.js';
import { at, insertRows, present } from '../../support/read-model/read-model-harness.js';
import { tallies, tallyProjection } from '../../support/read-model/tally-projection.js';
import { until } from '../../support/read-model/waiting.js';

const projection = tallyProjection();

describePostgres('a term that has ended', () => {
  let site: PostgresSite;
  let readModel: PostgresReadModel<object>;
  let connection: CoordinationConnection;
  let old: PostgresProjectionStore;
  let live: Generation;
  let building: Generation;
  const name = `fencing_${randomBytes(4).toString('hex')}`;

  beforeEach(async () => {
    site = new PostgresSite({ url: `${postgresUrl()}?application_name=${name}` });
    readModel = await site.open();
    connection = await CoordinationConnection.open(site.settings, () => undefined);
    old = readModel.inTerm(await newTerm());
    await old.beginTerm();
    live = present((await old.open(projection)).live);
    building = await old.rebuild(projection);
    await insertRows(live, tallies, [row('a', 1)], undefined, at(1));
  });

  afterEach(async () => {
    connection.close();
    await readModel.close();
    await site.dispose();
  });

  async function newTerm(): Promise<number> {
    const { schema } = site.settings;
    await connection.run(`UPDATE ${schema}.cluster_leases SET holder = NULL`);
    const answer = await new Lease(schema, { id: 'x', node: 'x' }, 60_000).acquire(connection);
    if (answer.kind !== 'held') throw new Error('somebody else holds the lease');
    return answer.term;
  }

  function row(stream: string, total: number) {
    return { stream, total, position: at(total) };
  }

  async function stored(): Promise<readonly unknown[]> {
    const { schema } = site.settings;
    const generations = await asSuperuser(
      `SELECT number, state, checkpoint, complete FROM ${schema}.generations ORDER BY number`,
    );
    const rows = await asSuperuser(`SELECT * FROM ${schema}.tallies ORDER BY stream`);
    return [generations.rows, rows.rows];
  }

  it('writes nothing any more, whatever it had in hand', async () => {
    const before = await stored();
    const next = readModel.inTerm(await newTerm());
    await next.beginTerm();
    const from = at(1);
    const attempts: (() => Promise<unknown>)[] = [
      () => insertRows(live, tallies, [row('b', 2)], from, at(2)),
      () => live.commit({ from, to: at(2), events: 1, changes: [] }),
      () => insertRows(building, tallies, [row('b', 2)], undefined, at(2)),
      () => live.complete(),
      () => old.swapIn(building),
      () => old.rebuild(projection),
      () => old.open(tallyProjection({ version: 2 })),
      () => old.beginTerm(),
      () => live.progress(),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(TermEndedError);
    expect(await stored()).toEqual(before);
  });

  it('cannot change which generations there are from the moment the lease is another’s', async () => {
    const before = await stored();
    await newTerm();
    for (const attempt of [() => old.swapIn(building), () => old.rebuild(projection), () => old.open(projection)])
      await expect(attempt()).rejects.toThrow(TermEndedError);
    expect(await stored()).toEqual(before);
  });

  it('is waited for while it commits, and what it committed is where the next one begins', async () => {
    const next = readModel.inTerm(await newTerm());
    // A row of the old term's commit waits for a lock, while the checkpoint is written and not yet committed.
    const blocker = await CoordinationConnection.open({ ...site.settings }, () => undefined);
    await blocker.run('BEGIN');
    await blocker.run(`INSERT INTO tallies__g${live.number} VALUES ('b', 0, '')`);
    const committing = insertRows(live, tallies, [row('b', 2)], at(1), at(2)).catch(() => undefined);
    await until(async () => {
      const { rows } = await asSuperuser(
        `SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN
           (SELECT pid FROM pg_stat_activity WHERE query LIKE '%tallies__g%' AND application_name = '${name} writing')`,
      );
      return rows.length > 0;
    });
    const beginning = next.beginTerm();
    await blocker.run('ROLLBACK');
    blocker.close();
    await committing;
    await beginning;
    const begun = present((await next.open(projection)).live);
    expect((await begun.progress()).checkpoint).toBe(at(2));
    await insertRows(begun, tallies, [row('c', 3)], at(2), at(3));
    expect(await stored()).toMatchObject([expect.anything(), [{ stream: 'a' }, { stream: 'b' }, { stream: 'c' }]]);
  });
});
