import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CoordinationConnection } from '../../../src/cluster/coordination-connection.js';
import { tcpProxy } from '../../support/tcp-proxy.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { ClusterRig } from '../../support/cluster/cluster-rig.js';
import type { RigNode } from '../../support/cluster/cluster-rig.js';
import { asSuperuser, describePostgres } from '../../support/postgres/postgres-site.js';
import { appendTally } from '../../support/read-model/tally-projection.js';
import { until } from '../../support/read-model/waiting.js';

const generous = { timeoutMs: 60_000 };

describePostgres('nodes of a cluster', () => {
  let rig: ClusterRig;

  beforeEach(() => {
    rig = new ClusterRig();
  });

  afterEach(() => rig.close());

  async function other(than: RigNode): Promise<RigNode> {
    const found = rig.nodes.find((node) => node !== than);
    return found ?? rig.node('another');
  }

  async function total({ readModel }: RigNode): Promise<number> {
    const rows = await readModel.queries.selectFrom('tallies').select('total').execute();
    return rows.reduce((sum, row) => sum + row.total, 0);
  }

  it('see on each what the holder committed, and let waiters go', async () => {
    await rig.node('one');
    const holder = await rig.holder();
    const looker = await rig.node('two');
    const position = await appendTally(rig.events, 'a', 5);
    expect(await looker.subscribers.waitFor(position, generous)).toBe(true);
    expect(await total(looker)).toBe(5);
    expect(looker.subscribers.get('tallies').checkpoint).toBe(position);
    expect(looker.subscribers.cluster).toMatchObject({ node: 'two', holder: holder.name, holds: false });
    await until(() => looker.subscribers.ready);
    await until(() => looker.subscribers.statuses()[0]?.state === 'live');
  });

  it('run what runs once on the holder alone, and hand it over', async () => {
    const running = new Set<string>();
    const tasks = (name: string) => [
      () => ({
        start: () => void running.add(name),
        stop: () => {
          running.delete(name);
          return Promise.resolve();
        },
      }),
    ];
    await rig.node('one', { tasks: tasks('one') });
    await rig.node('two', { tasks: tasks('two') });
    const first = await rig.holder();
    await until(() => running.size === 1);
    expect([...running]).toEqual([first.name]);
    await rig.stop(first);
    const second = await rig.holder();
    await until(() => running.has(second.name));
    expect([...running]).toEqual([second.name]);
    const position = await appendTally(rig.events, 'a', 1);
    expect(await second.subscribers.waitFor(position, generous)).toBe(true);
  });

  it('go on when the term was taken from a holder that does not know it yet', async () => {
    await rig.node('one');
    const holder = await rig.holder();
    const looker = await rig.node('two');
    await holder.subscribers.waitFor(await appendTally(rig.events, 'a', 1), generous);
    // As after a pause of the process: the next commit comes from a term that is over.
    await asSuperuser(
      `UPDATE ${rig.site.settings.schema}.cluster_leases SET holder = NULL, term = term + 1;
       UPDATE ${rig.site.settings.schema}.generations SET term = term + 1`,
    );
    const position = await appendTally(rig.events, 'a', 2);
    expect(await looker.subscribers.waitFor(position, generous)).toBe(true);
    expect(await total(looker)).toBe(3);
    expect(holder.reports.map(({ kind }) => kind)).toContain('term-ended');
    await until(async () => (await rig.holder()).subscribers.statuses()[0]?.state === 'live');
  });

  it('find out what they were not told', async () => {
    await rig.node('one');
    const holder = await rig.holder();
    const looker = await rig.node('two');
    await holder.subscribers.waitFor(await appendTally(rig.events, 'a', 1), generous);
    // Rows and checkpoint move without a word.
    await asSuperuser(`UPDATE ${rig.site.settings.schema}.generations SET checkpoint = '9000000000000000'`);
    expect(await looker.subscribers.waitFor('9000000000000000', generous)).toBe(true);
    await asSuperuser(`UPDATE ${rig.site.settings.schema}.generations SET checkpoint = '0000000000000001'`);
    await until(() => looker.subscribers.get('tallies').checkpoint === '0000000000000001');
  });

  it('listen again after their connection was killed, and take anything for changed', async () => {
    await rig.node('one');
    const looker = await rig.node('two');
    const position = await appendTally(rig.events, 'a', 1);
    await looker.subscribers.waitFor(position, generous);
    const before = looker.commits.length;
    await rig.cutCoordination();
    await until(() => looker.commits.slice(before).some(({ events, changed }) => !events && changed === undefined));
    const next = await appendTally(rig.events, 'a', 1);
    expect(await looker.subscribers.waitFor(next, generous)).toBe(true);
    expect(await total(looker)).toBe(2);
  });

  it('steer the holder from any node, and leave what is paused paused after a takeover', async () => {
    await rig.node('one');
    const first = await rig.holder();
    const looker = await rig.node('two');
    expect(await looker.subscribers.steer('tallies', 'retry')).toEqual({ kind: 'nothing-to-retry' });
    const paused = await looker.subscribers.steer('tallies', 'pause');
    expect(paused).toMatchObject({ kind: 'done', status: { name: 'tallies', state: 'paused' } });
    const position = await appendTally(rig.events, 'a', 7);
    await rig.stop(first);
    expect(await rig.holder()).toBe(looker);
    await until(() => looker.subscribers.statuses()[0]?.state === 'paused');
    expect(await total(looker)).toBe(0);
    await looker.subscribers.steer('tallies', 'resume');
    expect(await looker.subscribers.waitFor(position, generous)).toBe(true);
    const rebuilt = await (await other(looker)).subscribers.steer('tallies', 'rebuild');
    expect(rebuilt.kind).toBe('done');
    await until(() => rig.nodes.every(({ commits }) => commits.at(-1)?.position === position));
    expect(await total(looker)).toBe(7);
  });

  it('carry out an order only once the term has begun, so that it lasts', async () => {
    await rig.node('one');
    const first = await rig.holder();
    const next = await rig.node('two');
    const { schema } = rig.site.settings;
    const blocker = await CoordinationConnection.open(rig.site.settings, () => undefined);
    await blocker.run(`SELECT pg_advisory_lock(hashtext('tagalong structure'), hashtext('${schema}'))`);
    await rig.stop(first);
    expect(await rig.holder()).toBe(next);
    const paused = next.subscribers.steer('tallies', 'pause');
    await until(async () => (await asSuperuser(`SELECT 1 FROM ${schema}.cluster_orders`)).rows.length > 0);
    // Whoever sees this has seen the order.
    await asSuperuser(`UPDATE ${schema}.generations SET checkpoint = '0000000000000000'`);
    await until(() => next.subscribers.get('tallies').checkpoint !== undefined);
    await asSuperuser(`UPDATE ${schema}.generations SET checkpoint = NULL`);
    blocker.close();
    expect(await paused).toMatchObject({ kind: 'done', status: { state: 'paused' } });
    await appendTally(rig.events, 'a', 7);
    await until(() => next.subscribers.statuses()[0]?.state === 'paused');
    expect(await total(next)).toBe(0);
  });

  describe('whose connections hang without a word', () => {
    let proxy: TcpProxy;

    beforeEach(async () => {
      proxy = await tcpProxy(rig.site.settings.url);
    });

    afterEach(() => proxy.close());

    function throughProxy() {
      const url = new URL(rig.url);
      url.host = proxy.host;
      return { through: { url: url.href } };
    }

    it('know that they know nothing, and recover', async () => {
      await rig.node('one');
      await rig.holder();
      const looker = await rig.node('two', throughProxy());
      await until(() => looker.subscribers.fresh);
      proxy.hang();
      await until(() => !looker.subscribers.fresh);
      await until(() => looker.doubts() > 1);
      const position = await appendTally(rig.events, 'a', 3);
      const waiting = looker.subscribers.waitFor(position, generous);
      await proxy.restore();
      expect(await waiting).toBe(true);
      await until(() => looker.subscribers.fresh);
    });

    it('lose the lease to another, and write nothing more', async () => {
      const holder = await rig.node('one', throughProxy());
      await until(() => holder.subscribers.cluster.holds);
      const next = await rig.node('two');
      proxy.hang();
      await until(() => next.subscribers.cluster.holds);
      expect(holder.subscribers.cluster.holds).toBe(false);
      const position = await appendTally(rig.events, 'a', 4);
      expect(await next.subscribers.waitFor(position, generous)).toBe(true);
      await proxy.restore();
      expect(await holder.subscribers.waitFor(position, generous)).toBe(true);
      expect(await total(holder)).toBe(4);
      expect(holder.reports).toContainEqual(
        expect.objectContaining({ kind: 'term-ended', reason: 'it could not be renewed in time' }),
      );
    });
  });
});
