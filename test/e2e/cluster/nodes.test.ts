import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventStoreDbProcess } from '../../support/eventstoredb/process.js';
import { Platform, textIn } from '../../support/platform.js';
import { PostgresSite, describePostgres, postgresUrl } from '../../support/postgres/postgres-site.js';
import { until } from '../../support/read-model/waiting.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';

interface Node {
  readonly name: string;
  readonly service: StartedService;
  readonly platform: Platform;
}

describePostgres('three nodes over one EventStoreDB and one PostgreSQL', () => {
  let log: EventStoreDbProcess;
  let site: PostgresSite;
  const nodes = new Map<string, Node>();

  async function start(name: string): Promise<Node> {
    const service = await startService({
      env: {
        TAGALONG_EVENT_STORE: log.connectionString,
        TAGALONG_READ_MODEL: postgresUrl(),
        TAGALONG_READ_MODEL_SCHEMA: site.settings.schema,
        TAGALONG_OPERATOR_KEY: 'the-operator-of-the-three-nodes',
        TAGALONG_NODE_NAME: name,
      },
    });
    const node = { name, service, platform: new Platform(service) };
    nodes.set(name, node);
    return node;
  }

  beforeAll(async () => {
    log = await EventStoreDbProcess.start();
    site = new PostgresSite();
    for (const name of ['one', 'two', 'three']) await start(name);
    await until(async () => (await Promise.all([...nodes.values()].map(ready))).every(Boolean));
  });

  afterAll(async () => {
    for (const { service } of nodes.values()) await service.stop();
    await log.stop();
    await site.dispose();
  });

  function node(name: string): Node {
    const found = nodes.get(name);
    if (found === undefined) throw new Error(`there is no node ${name}`);
    return found;
  }

  async function ready({ service }: Node): Promise<boolean> {
    return (await fetch(`${service.url}/health/ready`)).status === 200;
  }

  /** The node that runs the subscribers, as this one sees it. */
  async function holder({ service }: Node): Promise<string | undefined> {
    const { checks } = (await (await fetch(`${service.url}/health/ready`)).json()) as {
      checks: { name: string; detail?: string }[];
    };
    const detail = checks.find(({ name }) => name === 'cluster')?.detail ?? '';
    return /; (\w+) runs/.exec(detail)?.[1];
  }

  async function agreed(): Promise<string> {
    let all: (string | undefined)[] = [];
    await until(async () => {
      all = await Promise.all([...nodes.values()].map(holder));
      return all[0] !== undefined && all.every((name) => name === all[0] && nodes.has(name ?? ''));
    });
    return all[0] ?? '';
  }

  async function tags({ platform }: Node, minPosition: string): Promise<number> {
    const answer = await platform.call('GET', `/images?minPosition=${minPosition}`, { workspace: 'build' });
    return (answer.body as { spec: { tags: unknown[] } }[]).reduce((sum, { spec }) => sum + spec.tags.length, 0);
  }

  async function push(to: Node, n: number): Promise<string> {
    const { headers } = await to.platform.push('build', 'sandbox/web', `v${n}`, n);
    const position = headers.get('x-tagalong-position');
    if (position === null) throw new Error('a push was answered without a position');
    return position;
  }

  it('show on every node at once what was written on another', async () => {
    await node('one').platform.account('acme', ['build', 'live']);
    await agreed();
    for (let n = 1; n <= 9; n++) {
      const [writer, reader] = [node(['one', 'two', 'three'][n % 3] ?? ''), node(['two', 'three', 'one'][n % 3] ?? '')];
      expect(await tags(reader, await push(writer, n))).toBe(n);
    }
  });

  it('let nobody in on any node whose key was revoked or who was removed', async () => {
    const [first, ...others] = [node('one'), node('two'), node('three')];
    const { platform } = first;
    const allowed = async ({ platform: asked }: Node, key: string): Promise<boolean> =>
      (await asked.ask('GET', '/images', { key, workspace: 'build' })).status === 200;
    const [keyed, member] = [await platform.robot('build', 'member'), await platform.robot('build', 'member')];
    for (const { key } of [keyed, member])
      await until(async () => (await Promise.all(others.map((one) => allowed(one, key)))).every(Boolean));
    const { body } = await platform.call('GET', `/service_accounts/${keyed.clientId}/api_keys`, { workspace: 'build' });
    const [listed] = body as readonly unknown[];
    await platform.call('DELETE', `/service_accounts/${keyed.clientId}/api_keys/${textIn(listed, 'id')}`, {
      workspace: 'build',
    });
    await platform.call('DELETE', `/workspaces/build/users/service-account:${member.clientId}`);
    for (const { key } of [keyed, member])
      await until(async () => !(await Promise.all(others.map((one) => allowed(one, key)))).some(Boolean));
  });

  it('steer and show the projections of the whole cluster on any node', async () => {
    const running = await agreed();
    const looker = [...nodes.values()].find(({ name }) => name !== running);
    if (looker === undefined) throw new Error('there is one node only');
    const { body: paused } = await looker.platform.call('POST', '/projections/audit/pause');
    expect(paused).toMatchObject({ name: 'audit', state: 'paused' });
    const states = async ({ platform }: Node): Promise<unknown> => {
      const { body } = await platform.call('GET', '/projections');
      return (body as { name: string; state: string }[]).find(({ name }) => name === 'audit')?.state;
    };
    for (const one of nodes.values()) await until(async () => (await states(one)) === 'paused');
    await looker.platform.call('POST', '/projections/audit/resume');
    for (const one of nodes.values()) await until(async () => (await states(one)) === 'live');
    const metrics = await (await fetch(`${looker.service.url}/metrics`)).text();
    expect(metrics).toContain(`tagalong_cluster_holder{node="${looker.name}"} 0`);
    expect(metrics).toContain(`tagalong_cluster_fresh{node="${looker.name}"} 1`);
  });

  it('hand the subscribers over when the one that runs them stops, and go on', async () => {
    const first = node(await agreed());
    nodes.delete(first.name);
    await first.service.stop();
    const [second] = nodes.values();
    if (second === undefined) throw new Error('no node is left');
    expect(await tags(second, await push(second, 10))).toBe(10);
    expect(await agreed()).not.toBe(first.name);
    await start(first.name);
  });

  it('take over from one that was killed', async () => {
    const killed = node(await agreed());
    nodes.delete(killed.name);
    await killed.service.kill();
    const [survivor] = nodes.values();
    if (survivor === undefined) throw new Error('no node is left');
    await until(async () => (await holder(survivor)) !== killed.name && (await holder(survivor)) !== undefined);
    expect(await tags(survivor, await push(survivor, 11))).toBe(11);
    await start(killed.name);
    expect(await tags(node(killed.name), await push(survivor, 12))).toBe(12);
  });
});
