import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CoordinationConnection } from '../../../src/cluster/coordination-connection.js';
import { Lease } from '../../../src/cluster/lease.js';
import { LeaseKeeper } from '../../../src/cluster/lease-keeper.js';
import type { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import { PostgresSite, asSuperuser, describePostgres, postgresUrl } from '../../support/postgres/postgres-site.js';
import { until } from '../../support/read-model/waiting.js';

describePostgres('who keeps the lease', () => {
  let site: PostgresSite;
  let readModel: PostgresReadModel<object>;
  let connection: CoordinationConnection;
  const name = `keeping_${randomBytes(4).toString('hex')}`;

  beforeEach(async () => {
    site = new PostgresSite({ url: `${postgresUrl()}?application_name=${name}` });
    readModel = await site.open();
    connection = await CoordinationConnection.open(site.settings, () => undefined);
  });

  afterEach(async () => {
    connection.close();
    await readModel.close();
    await site.dispose();
  });

  it('gives back what comes to it while it stops', async () => {
    const { schema } = site.settings;
    const told: string[] = [];
    const keeper = new LeaseKeeper({
      lease: new Lease(schema, { id: 'b', node: 'b' }, 60_000),
      connect: (lost) => CoordinationConnection.open(site.settings, lost),
      begun: () => told.push('begun'),
      ended: () => told.push('ended'),
      statuses: () => undefined,
      onFault: () => undefined,
    });
    await new Lease(schema, { id: 'a', node: 'a' }, 60_000).acquire(connection);
    await connection.run('BEGIN');
    await connection.run('UPDATE cluster_leases SET holder = NULL');
    keeper.start();
    await until(async () => {
      const { rows } = await asSuperuser(
        `SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN
           (SELECT pid FROM pg_stat_activity WHERE application_name = '${name} coordinating')`,
      );
      return rows.length > 0;
    });
    const stopped = keeper.stop();
    await connection.run('COMMIT');
    await stopped;
    expect(told).toEqual(['begun', 'ended']);
    expect(await connection.run('SELECT holder FROM cluster_leases')).toEqual([{ holder: null }]);
  });
});
