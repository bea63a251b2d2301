import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../support/postgres/embedded-server.js';
import { PostgresSite, asSuperuser, describePostgres } from '../support/postgres/postgres-site.js';
import { temporaryDirectory } from '../support/event-store/temporary-directory.js';
import { until } from '../support/read-model/waiting.js';
import { Platform } from '../support/platform.js';
import { startService } from '../support/service.js';
import type { StartedService } from '../support/service.js';

describePostgres('a service with its read model in PostgreSQL', () => {
  let server: EmbeddedPostgres;
  let directory: { readonly path: string; remove(): Promise<void> };
  let schema: string;
  let service: StartedService;
  let platform: Platform;

  beforeAll(async () => {
    server = await EmbeddedPostgres.start();
    directory = await temporaryDirectory();
    ({ schema } = new PostgresSite().settings);
    await start();
  });

  afterAll(async () => {
    await service.stop();
    await directory.remove();
    await server.dispose();
  });

  const operatorKey = 'the-operator-of-the-postgres-story';

  function env(url = server.url): Readonly<Record<string, string>> {
    return {
      TAGALONG_READ_MODEL: url,
      TAGALONG_READ_MODEL_SCHEMA: schema,
      TAGALONG_READ_MODEL_CONNECT_TIMEOUT_MS: '2000',
      TAGALONG_OPERATOR_KEY: operatorKey,
    };
  }

  async function start(): Promise<void> {
    service = await startService({ dataDir: directory.path, env: env() });
    platform = new Platform(service);
  }

  async function images(workspace: string): Promise<readonly string[]> {
    const { body } = await platform.call('GET', '/images', { workspace });
    return (body as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
  }

  async function verified(): Promise<unknown> {
    return (await platform.lines('POST', '/audit/verify')).at(-1);
  }

  async function ready(): Promise<number> {
    return (await fetch(`${service.url}/health/ready`)).status;
  }

  it('shows what was pushed and shared at once, and keeps no read model of its own', async () => {
    await platform.account('acme', ['build', 'live']);
    for (let n = 0; n < 5; n++) await platform.push('build', 'sandbox/web', `v${n}`, n);
    await platform.push('build', 'job/etl', 'v1', 9);
    await platform.share('build', 'sandbox/web', 'live');
    expect(await images('live')).toEqual(['web']);
    expect(await images('build')).toEqual(['etl', 'web']);
    const { body } = await platform.call('GET', '/audit/events?kind=ImageShared', { workspace: 'build' });
    expect(body).toMatchObject([{ type: 'ImageShared' }]);
    expect((await platform.call('GET', '/images?q=we', { workspace: 'live' })).body).toHaveLength(1);
    expect((await platform.ask('GET', '/images?q=w%00', { workspace: 'live' })).status).toBe(400);
    const { rows } = await asSuperuser(`SELECT count(*)::int AS tags FROM ${schema}.catalog_tags`, server.url);
    expect(rows).toEqual([{ tags: 6 }]);
    expect(await verified()).toMatchObject({ kind: 'result', ok: true });
  });

  it('goes on after a restart and after being killed', async () => {
    await service.stop();
    await start();
    expect(await images('live')).toEqual(['web']);
    await platform.push('build', 'agent/bot', 'v1', 1);
    await service.kill();
    await start();
    expect(await images('build')).toEqual(['bot', 'etl', 'web']);
    expect(await verified()).toMatchObject({ ok: true });
  });

  it('finds what somebody changed in the database, and mends it with a rebuild', async () => {
    await asSuperuser(`UPDATE ${schema}.catalog_tags__g1 SET size = 1000000 WHERE tag = 'v3'`, server.url);
    const lines = await platform.lines('POST', '/audit/verify');
    expect(lines.filter(({ kind }) => kind === 'difference')).toMatchObject([
      { difference: { kind: 'row-differs', table: 'catalog_tags', columns: ['size'] } },
    ]);
    await platform.call('POST', '/projections/catalog/rebuild');
    await until(async () => {
      const { body } = await platform.call('GET', '/projections');
      const catalog = (body as { name: string; rebuild?: object }[]).find(({ name }) => name === 'catalog');
      return catalog?.rebuild === undefined;
    });
    expect(await verified()).toMatchObject({ ok: true });
    expect(await images('live')).toEqual(['web']);
  });

  it('says that it is not ready while the database is away, takes no harm, and goes on when it is back', async () => {
    expect(await ready()).toBe(200);
    await server.halt();
    await until(async () => (await ready()) === 503);
    const listed = await platform.ask('GET', '/images?q=zzz', { workspace: 'build' });
    expect(listed).toMatchObject({ status: 503, body: { error: 'store-unavailable' } });
    await server.start();
    await until(async () => (await ready()) === 200);
    await platform.push('build', 'agent/late', 'v1', 2);
    expect(await images('build')).toEqual(['bot', 'late', 'etl', 'web']);
    expect(await verified()).toMatchObject({ ok: true });
  });

  it('does not start over another event store, a wrong password or no database, and says why', async () => {
    await service.stop();
    const foreign = await temporaryDirectory();
    await expect(startService({ dataDir: foreign.path, env: env() })).rejects.toThrow(
      /was built from event store .* and this is event store .*DROP SCHEMA/s,
    );
    const wrong = new URL(server.url);
    wrong.password = 'guessed-secret';
    const refused = startService({ dataDir: foreign.path, env: env(wrong.href) });
    await expect(refused).rejects.toThrow(/Check user and password in TAGALONG_READ_MODEL/);
    await expect(refused).rejects.not.toThrow(/guessed-secret/);
    const nowhere = startService({ dataDir: foreign.path, env: env('not a url') });
    await expect(nowhere).rejects.toThrow(/TAGALONG_READ_MODEL: must be embedded, or the URL of a PostgreSQL database/);
    await foreign.remove();
    await start();
    expect(await images('live')).toEqual(['web']);
  });
});
