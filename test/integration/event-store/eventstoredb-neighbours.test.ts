import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMetadata } from '../../../src/event-sourcing/codec.js';
import { CorruptEventError } from '../../../src/event-sourcing/faults.js';
import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { imageCodec } from '../../../src/images/domain/image.codec.js';
import { anEvent, events, idsOf, untilCaughtUp, wholeLog } from '../../support/event-store/events.js';
import { jsonEvent } from '../../support/eventstoredb/log-record.js';
import type { ProposedEvent } from '../../support/eventstoredb/log-record.js';
import { EventStoreDbServer } from '../../support/eventstoredb/server.js';

const categories = ['account-', 'workspace-', 'image-'];

describe('EventStoreDB shared with others', () => {
  let server: EventStoreDbServer;
  let store: EventStoreDbEventStore;
  let following: AbortController;

  const open = (prefix?: string): Promise<EventStoreDbEventStore> =>
    EventStoreDbEventStore.open({
      connectionString: server.connectionString,
      categories,
      ...(prefix !== undefined && { prefix }),
    });

  beforeEach(async () => {
    server = await EventStoreDbServer.start({});
    store = await open();
    following = new AbortController();
  });

  afterEach(async () => {
    following.abort();
    await store.close();
    await server.stop();
  });

  const followed = async (): Promise<string[]> => {
    const { events: seen } = await untilCaughtUp(store.subscribeAll({ signal: following.signal }));
    return idsOf(seen);
  };

  const foreign = (fields: Partial<ProposedEvent> = {}): ProposedEvent => ({
    ...jsonEvent({ id: randomUUID(), type: 'Foreign', data: { any: 'thing' } }),
    ...fields,
  });

  it('sees its own events among foreign streams, system events, links, tombstones and what a scavenge has left', async () => {
    const first = events(2);
    await store.append('image-a/sandbox/x', 'no-stream', first);
    server.database.append('order-1', 'any', [foreign(), foreign()]);
    server.database.append('$stats-127.0.0.1:2113', 'any', [foreign({ type: '$statsCollected' })]);
    server.database.append('$ce-image', 'any', [foreign({ type: '$>' })]);
    server.database.append('image-b/sandbox/y', 'any', [foreign()]);
    server.database.tombstone('image-b/sandbox/y', 'any');
    server.database.scavenge();
    const second = events(1);
    await store.append('workspace-a', 'no-stream', second);
    for (let n = 0; n < 100; n++) server.database.append(`order-${n}`, 'any', [foreign()]);

    const own = idsOf([...first, ...second]);
    expect(idsOf(await wholeLog(store))).toEqual(own);
    expect(await followed()).toEqual(own);
    const last = (await wholeLog(store, 1)).at(-1)?.position;
    expect(await store.head()).toBe(last);
    expect((await store.end()) ?? '').not.toBe(last);
  });

  it('moves on over long stretches of foreign events, and may be asked to go on from there', async () => {
    await store.append('image-a/sandbox/x', 'no-stream', events(1));
    for (let n = 0; n < 500; n++) server.database.append('order-1', 'any', [foreign()]);
    const { messages } = await untilCaughtUp(store.subscribeAll({ signal: following.signal }));
    const reached = messages.at(-1)?.position;
    expect((reached ?? '') > ((await store.head()) ?? '')).toBe(true);

    const late = events(1);
    await store.append('image-a/sandbox/x', 0n, late);
    const { events: seen } = await untilCaughtUp(store.subscribeAll({ after: reached, signal: following.signal }));
    expect(idsOf(seen)).toEqual(idsOf(late));
  });

  it('gives back an event of its own that is no JSON, so that a reader can say where it is', async () => {
    const broken = foreign({ type: 'TagPushed', data: Buffer.from('{"half":'), metadata: Buffer.from('{') });
    server.database.append('image-a/sandbox/x', 'any', [broken]);
    server.database.append('image-a/sandbox/x', 'any', [
      foreign({ type: 'TagPushed', contentType: 'application/octet-stream' }),
    ]);

    const stored = await store.readStream('image-a/sandbox/x');
    expect(stored).toHaveLength(2);
    for (const event of stored) {
      expect(() => imageCodec.decode(event)).toThrow(CorruptEventError);
      expect(() => imageCodec.decode(event)).toThrow(event.position);
    }
    expect(() => stored[0] && readMetadata(stored[0])).toThrow(CorruptEventError);
    expect(await followed()).toEqual(idsOf(stored));
  });

  it('lives beside another service on the same server, each with a prefix and an identity of its own', async () => {
    const other = await open('other/');
    const [mine, theirs] = [[anEvent()], [anEvent()]];
    await store.append('image-a/sandbox/x', 'no-stream', mine);
    await other.append('image-a/sandbox/x', 'no-stream', theirs);

    expect(idsOf(await wholeLog(store))).toEqual(idsOf(mine));
    expect(idsOf(await wholeLog(other))).toEqual(idsOf(theirs));
    expect((await other.readAll())[0]?.stream).toBe('image-a/sandbox/x');
    expect(other.storeId).not.toBe(store.storeId);
    const again = await open();
    expect(again.storeId).toBe(store.storeId);
    await again.close();
    await other.close();
  });

  it('agrees with whoever founds the store at the same time', async () => {
    const fresh = await EventStoreDbServer.start({});
    const opened = await Promise.all(
      Array.from({ length: 4 }, () =>
        EventStoreDbEventStore.open({ connectionString: fresh.connectionString, categories }),
      ),
    );
    expect(new Set(opened.map(({ storeId }) => storeId)).size).toBe(1);
    for (const one of opened) await one.close();
    await fresh.stop();
  });
});
