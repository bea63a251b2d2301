import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { anEvent, events, idsOf, untilCaughtUp, wholeLog } from '../../support/event-store/events.js';
import { createCertificates } from '../../support/eventstoredb/certificates.js';
import type { Certificates } from '../../support/eventstoredb/certificates.js';
import { EventStoreDbCluster } from '../../support/eventstoredb/cluster.js';
import { jsonEvent } from '../../support/eventstoredb/log-record.js';
import { EventStoreDbServer } from '../../support/eventstoredb/server.js';

const users = {
  tagalong: { password: 's:cr@t' },
  blind: { password: 'secret', mayReadAll: false },
};

const open = (connectionString: string): Promise<EventStoreDbEventStore> =>
  EventStoreDbEventStore.open({ connectionString, categories: ['image-'], times: { patienceMs: 1_000 } });

const refusal = async (connectionString: string): Promise<string> => {
  try {
    const store = await open(connectionString);
    await store.close();
  } catch (thrown) {
    return String(thrown);
  }
  return 'opened';
};

describe('opening a store on EventStoreDB', () => {
  let plain: EventStoreDbServer;
  let secure: EventStoreDbServer;
  let ours: Certificates;
  let foreign: Certificates;

  beforeAll(async () => {
    [ours, foreign] = [await createCertificates(), await createCertificates()];
    plain = await EventStoreDbServer.start({});
    secure = await EventStoreDbServer.start({ tls: ours, users });
  });

  afterAll(async () => {
    await plain.stop();
    await secure.stop();
    await ours.remove();
    await foreign.remove();
  });

  const tls = (user: string, caFile = ours.caFile): string =>
    `esdb://${user}@localhost:${secure.port}?tlsCAFile=${encodeURIComponent(caFile)}`;

  it('works with TLS, a user, and a password of any signs', async () => {
    const store = await open(tls('tagalong:s%3Acr%40t'));
    const [event] = [anEvent({ n: 1 })];
    await store.append('image-a/sandbox/x', 'no-stream', [event]);
    const { events: seen } = await untilCaughtUp(store.subscribeAll({ signal: new AbortController().signal }));
    expect(idsOf(seen)).toEqual([event.id]);
    await store.close();
  });

  it.each<[string, () => string, string[]]>([
    ['nobody answers', () => 'esdb://127.0.0.1:1?tls=false', ['cannot be used', 'Check that the server runs']],
    [
      'nobody answers of several',
      () => 'esdb://127.0.0.1:1,127.0.0.1:2?tls=false',
      ['Failed to discover', 'Check that the server runs'],
    ],
    ['the password is wrong', () => tls('tagalong:guess'), ['refuses access', 'Check user and password']],
    ['there is no such user', () => tls('nobody:secret'), ['refuses access', 'Check user and password']],
    ['no user is named', () => tls('').replace('@', ''), ['refuses access', 'Check user and password']],
    ['the user may not read $all', () => tls('blind:secret'), ['refuses access', 'may read $all']],
    ['the certificate is of another authority', () => tls('tagalong:s%3Acr%40t', foreign.caFile), ['tlsCAFile']],
    ['no authority is named', () => `esdb://localhost:${secure.port}`, ['tlsCAFile']],
    ['there is no such file', () => tls('tagalong:x', '/nowhere/ca.crt'), ['/nowhere/ca.crt', 'cannot be read']],
    ['the server speaks without TLS', () => `esdb://127.0.0.1:${plain.port}`, ['tls=false']],
    ['the server speaks with TLS', () => `esdb://127.0.0.1:${secure.port}?tls=false`, ['agree about TLS']],
    ['a port is no number', () => 'esdb://127.0.0.1:x?tls=false', ['cannot be used', 'port number']],
  ])('says so when %s', async (_, connectionString, words) => {
    const message = await refusal(connectionString());
    for (const word of words) expect(message).toContain(word);
    for (const secret of ['s%3Acr%40t', 'guess', ':secret']) expect(message).not.toContain(secret);
  });

  it.each([
    (port: number) => `esdb://127.0.0.1:${port}?tls=false`,
    (port: number) => `kurrentdb://127.0.0.1:${port}/?tls=false`,
    (port: number) => `esdb+discover://localhost:${port}?tls=false`,
    (port: number) => `kurrentdb+discover://localhost:${port}?tls=false&keepAliveInterval=20000`,
  ])('takes a connection string in every form: %s', async (connectionString) => {
    const store = await open(connectionString(plain.port));
    expect(store.storeId).toMatch(/^[0-9a-f-]{36}$/);
    await store.close();
  });

  it.each(['esdb', 'kurrentdb'])('finds the leader of several nodes: %s', async (scheme) => {
    const cluster = await EventStoreDbCluster.start({ nodes: 3 });
    cluster.elect(cluster.nodes[2]);
    const store = await open(cluster.connectionString.replace('esdb', scheme));
    await store.append('image-a/sandbox/x', 'no-stream', events(1));
    expect(cluster.leader.calls.size).toBe(1);
    await store.close();
    await cluster.stop();
  });

  it('refuses what no server takes, and disturbs no other append by it', async () => {
    const store = await open(plain.connectionString);
    const kib = (n: number): string => 'x'.repeat(n * 1_024);
    const others = Promise.all(
      Array.from({ length: 20 }, (_, n) => store.append(`image-other/${n}`, 'no-stream', events(1))),
    );
    const attempt = (sent: ReturnType<typeof events>) => store.append('image-big', 'no-stream', sent);
    await expect(attempt([anEvent({ text: kib(1_100) })])).rejects.toThrow(/at most 1048576 bytes/);
    await expect(attempt([anEvent({ text: kib(600) }), anEvent({ text: kib(600) })])).rejects.toThrow(RangeError);
    await expect(attempt([anEvent({ text: kib(5_000) })])).rejects.toThrow(/3145728 at most/);
    await expect(attempt(Array.from({ length: 9 }, () => anEvent({ text: kib(2_000) })))).rejects.toThrow(
      /16777216 at most/,
    );
    await expect(attempt([anEvent({}, { id: 'no-uuid' })])).rejects.toThrow(TypeError);
    for (const { kind } of await others) expect(kind).toBe('appended');
    expect(await store.readStream('image-big')).toEqual([]);
    await store.close();
  });

  it('takes an append in several messages where the server takes so much', async () => {
    const server = await EventStoreDbServer.start({});
    const store = await open(server.connectionString);
    const many = events(6_000);
    await store.append('image-many', 'no-stream', many.slice(0, 2_000));
    expect(await store.append('image-many', 1_999n, many.slice(2_000, 4_000))).toMatchObject({ revision: 3_999n });
    expect(idsOf(await wholeLog(store))).toEqual(idsOf(many.slice(0, 4_000)));
    await store.close();
    await server.stop();
  });

  it('names the stream that somebody has deleted for good', async () => {
    const server = await EventStoreDbServer.start({});
    const store = await open(server.connectionString);
    await store.append('image-gone', 'no-stream', events(1));
    server.database.tombstone('image-gone', 'any');
    await expect(store.append('image-gone', 0n, events(1))).rejects.toThrow('image-gone was deleted for good');
    await expect(store.readStream('image-gone')).rejects.toThrow('image-gone was deleted for good');
    await store.close();
    await server.stop();
  });

  it('does not look at what others have written twice to find its own last event', async () => {
    const server = await EventStoreDbServer.start({});
    const store = await open(server.connectionString);
    await store.append('image-a', 'no-stream', events(1));
    const head = await store.head();
    const foreign = (): void => {
      const event = jsonEvent({ id: crypto.randomUUID(), type: 'Foreign', data: {} });
      server.database.append(
        'order-1',
        'any',
        Array.from({ length: 3_000 }, () => ({ ...event })),
      );
    };
    foreign();
    expect(await store.head()).toBe(head);
    foreign();
    const asked = await Promise.all(Array.from({ length: 50 }, () => store.head()));
    expect(new Set(asked)).toEqual(new Set([head]));
    const next = await store.append('image-a', 0n, events(1));
    foreign();
    expect(await store.head()).toBe(next.kind === 'appended' && next.position);
    await store.close();
    await server.stop();
  });
});
