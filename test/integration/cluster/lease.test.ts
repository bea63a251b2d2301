import { afterEach, beforeEach, expect, it } from 'vitest';
import { CoordinationConnection } from '../../../src/cluster/coordination-connection.js';
import { Lease } from '../../../src/cluster/lease.js';
import type { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import { PostgresSite, asSuperuser, describePostgres } from '../../support/postgres/postgres-site.js';
import { until } from '../../support/read-model/waiting.js';

describePostgres('the lease in PostgreSQL', () => {
  let site: PostgresSite;
  let readModel: PostgresReadModel<object>;
  let connection: CoordinationConnection;

  beforeEach(async () => {
    site = new PostgresSite();
    readModel = await site.open();
    connection = await CoordinationConnection.open(site.settings, () => undefined);
  });

  afterEach(async () => {
    connection.close();
    await readModel.close();
    await site.dispose();
  });

  function lease(id: string, ttlMs = 60_000): Lease {
    return new Lease(site.settings.schema, { id, node: `node ${id}` }, ttlMs);
  }

  async function termOf(asking: Lease): Promise<number> {
    const answer = await asking.acquire(connection);
    if (answer.kind !== 'held') throw new Error('somebody else holds it');
    return answer.term;
  }

  it('has one holder', async () => {
    const [a, b] = [lease('a'), lease('b')];
    const term = await termOf(a);
    const other = await b.acquire(connection);
    if (other.kind !== 'taken') throw new Error('two hold it');
    expect(other.freeInMs).toBeGreaterThan(0);
    expect(other.freeInMs).toBeLessThanOrEqual(60_000);
    expect(await a.renew(connection, term, undefined)).toBe(true);
    expect(await b.renew(connection, term, undefined)).toBe(false);
  });

  it('goes to one of many who ask at once', async () => {
    const connections = await Promise.all(
      Array.from({ length: 8 }, () => CoordinationConnection.open(site.settings, () => undefined)),
    );
    const answers = await Promise.all(connections.map((own, n) => lease(`n${n}`).acquire(own)));
    for (const own of connections) own.close();
    expect(answers.filter(({ kind }) => kind === 'held')).toHaveLength(1);
  });

  it('goes to another when its time is over by the clock of the database, in a later term', async () => {
    const [a, b] = [lease('a', 50), lease('b')];
    const first = await termOf(a);
    let second = 0;
    await until(async () => {
      const answer = await b.acquire(connection);
      if (answer.kind === 'held') second = answer.term;
      return answer.kind === 'held';
    });
    expect(second).toBeGreaterThan(first);
    expect(await a.renew(connection, first, undefined)).toBe(false);
  });

  it('goes to another when it ends far later than it can, for the clock of the database was set back', async () => {
    const [a, b] = [lease('a'), lease('b')];
    const term = await termOf(a);
    await asSuperuser(
      `UPDATE ${site.settings.schema}.cluster_leases SET expires_at = expires_at + interval '50 seconds'`,
    );
    expect((await b.acquire(connection)).kind).toBe('taken');
    await asSuperuser(`UPDATE ${site.settings.schema}.cluster_leases SET expires_at = expires_at + interval '1 hour'`);
    expect(await termOf(b)).toBeGreaterThan(term);
    expect(await a.renew(connection, term, undefined)).toBe(false);
  });

  it('can be renewed late as long as nobody else has taken it', async () => {
    const a = lease('a', 1);
    const term = await termOf(a);
    await until(async () => {
      const { rows } = await asSuperuser(
        `SELECT expires_at < clock_timestamp() AS over FROM ${site.settings.schema}.cluster_leases`,
      );
      return (rows as { over: boolean }[])[0]?.over === true;
    });
    expect(await a.renew(connection, term, undefined)).toBe(true);
  });

  it('is free at once when it is given back, and only by its holder', async () => {
    const [a, b] = [lease('a'), lease('b')];
    const term = await termOf(a);
    await b.release(connection, term);
    expect((await b.acquire(connection)).kind).toBe('taken');
    await a.release(connection, term);
    expect(await termOf(b)).toBeGreaterThan(term);
    await a.release(connection, term);
    expect((await a.acquire(connection)).kind).toBe('taken');
  });

  it('gives a term above all before, also when the row was lost or comes from a clock that ran ahead', async () => {
    const a = lease('a');
    const first = await termOf(a);
    await asSuperuser(`DELETE FROM ${site.settings.schema}.cluster_leases`);
    const second = await termOf(a);
    expect(second).toBeGreaterThan(first);
    await asSuperuser(`UPDATE ${site.settings.schema}.cluster_leases SET term = term + 1000000000, holder = NULL`);
    expect(await termOf(a)).toBe(second + 1_000_000_001);
  });
});
