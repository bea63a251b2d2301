import { randomUUID } from 'node:crypto';
import { BACKWARDS, END, FORWARDS, START, StreamNotFoundError, binaryEvent } from '@eventstore/db-client';
import { describe, expect, test } from 'vitest';
import { positionOf } from '../../support/eventstoredb/log-record.js';
import type { ProposedEvent } from '../../support/eventstoredb/log-record.js';
import { collect, events, failureOf, serverAndClient } from './bare-client.js';

function link(target: string): readonly ProposedEvent[] {
  return [
    {
      id: randomUUID(),
      type: '$>',
      contentType: 'application/octet-stream',
      data: Buffer.from(target),
      metadata: new Uint8Array(),
    },
  ];
}

describe('reading a stream', () => {
  test('goes both ways, from a revision or an end, with a limit', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(10));
    const revisions = async (options: Parameters<typeof client.readStream>[1]): Promise<bigint[]> =>
      (await collect(client.readStream('orders-1', options))).flatMap(({ event }) => event?.revision ?? []);
    expect(await revisions({ fromRevision: 3n, maxCount: 2 })).toEqual([3n, 4n]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: 3n, maxCount: 2 })).toEqual([3n, 2n]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: END, maxCount: 1 })).toEqual([9n]);
    expect(await revisions({ direction: FORWARDS, fromRevision: START, maxCount: 1 })).toEqual([0n]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: START })).toEqual([0n]);
  });

  test('ends without events beyond the end', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(2));
    expect(await collect(client.readStream('orders-1', { fromRevision: 2n }))).toEqual([]);
  });

  test('that does not exist fails', async () => {
    const { client } = await serverAndClient();
    const error = await failureOf(collect(client.readStream('orders-1')));
    expect(error).toBeInstanceOf(StreamNotFoundError);
  });

  test('tells everything of an event', async () => {
    const { client } = await serverAndClient();
    const [event] = events(1);
    if (event === undefined) throw new Error('an event was asked for');
    await client.appendToStream('orders-1', { ...event, metadata: { by: 'ada' } });
    const [read] = await collect(client.readStream('orders-1'));
    expect(read?.link).toBeUndefined();
    expect(read?.event).toMatchObject({
      streamId: 'orders-1',
      id: event.id,
      revision: 0n,
      type: 'counted',
      data: { n: 0 },
      metadata: { by: 'ada' },
      isJson: true,
    });
    expect(read?.event?.created).toBeInstanceOf(Date);
    expect(read?.event?.position?.commit).toBe(read?.event?.position?.prepare);
  });

  test('gives JSON that does not parse as a string and a binary event as bytes', async () => {
    const { server, client } = await serverAndClient();
    server.database.append('orders-1', 'any', [
      {
        id: randomUUID(),
        type: 'broken',
        contentType: 'application/json',
        data: Buffer.from('{"n":'),
        metadata: new Uint8Array(),
      },
    ]);
    await client.appendToStream('orders-1', binaryEvent({ type: 'raw', data: new Uint8Array([1, 2, 255]) }));
    const [broken, raw] = await collect(client.readStream('orders-1'));
    expect(broken?.event).toMatchObject({ isJson: true, data: '{"n":' });
    expect(raw?.event?.isJson).toBe(false);
    expect(raw?.event?.data).toEqual(new Uint8Array([1, 2, 255]));
  });

  test('resolves links only if asked to', async () => {
    const { server, client } = await serverAndClient();
    await client.appendToStream('orders-1', events(2));
    server.database.append('index', 'any', link('1@orders-1'));
    const [alone] = await collect(client.readStream('index'));
    expect(alone?.event?.type).toBe('$>');
    expect(alone?.link).toBeUndefined();
    const [resolved] = await collect(client.readStream('index', { resolveLinkTos: true }));
    expect(resolved?.event).toMatchObject({ streamId: 'orders-1', revision: 1n });
    expect(resolved?.link).toMatchObject({ streamId: 'index', type: '$>' });
  });
});

describe('reading $all', () => {
  test('gives everything, system events and links too', async () => {
    const { server, client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1));
    server.database.append('index', 'any', link('0@orders-1'));
    await client.deleteStream('orders-1');
    const read = await collect(client.readAll());
    expect(read.map(({ event }) => event?.type)).toEqual(['$metadata', 'counted', '$>', '$metadata']);
    expect(read.map(({ event }) => event?.streamId)).toEqual(['$$$settings', 'orders-1', 'index', '$$orders-1']);
  });

  test('is inclusive forwards and exclusive backwards', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(4));
    const all = (await collect(client.readAll())).flatMap(({ event }) => event?.position ?? []);
    const [, , middle] = all;
    if (middle === undefined) throw new Error('five events were written');
    const from = async (direction: typeof FORWARDS | typeof BACKWARDS): Promise<unknown[]> =>
      (await collect(client.readAll({ direction, fromPosition: middle }))).map(({ event }) => event?.position);
    expect(await from(FORWARDS)).toEqual(all.slice(2));
    expect(await from(BACKWARDS)).toEqual(all.slice(0, 2).reverse());
    const newest = await collect(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
    expect(newest.map(({ event }) => event?.position)).toEqual(all.slice(-1));
  });

  test('shows positions that are byte offsets: they grow and are not dense', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1, { pad: 1_000 }));
    await client.appendToStream('orders-1', events(2));
    const commits = (await collect(client.readAll())).map(({ event }) => event?.position?.commit ?? 0n);
    const steps = commits.slice(1).map((commit, index) => commit - (commits[index] ?? 0n));
    expect(steps[1]).toBeGreaterThan(1_000n);
    expect(steps[2]).toBeLessThan(300n);
  });

  test('goes on where scavenged events lay', async () => {
    const { server, client } = await serverAndClient();
    await client.appendToStream('orders-1', events(3));
    await client.appendToStream('orders-2', events(1));
    const [record] = [2].map((index) => server.database.recordAt(index));
    if (record === undefined) throw new Error('the log holds five records');
    await client.deleteStream('orders-1');
    server.database.scavenge();
    const read = await collect(client.readAll({ fromPosition: positionOf(record) }));
    expect(read.map(({ event }) => event?.streamId)).toEqual(['orders-2', '$$orders-1']);
  });

  test('fails inside a record', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1));
    const [, read] = await collect(client.readAll());
    const commit = (read?.event?.position?.commit ?? 0n) + 1n;
    const error = await failureOf(collect(client.readAll({ fromPosition: { commit, prepare: commit } })));
    expect(error).toMatchObject({ type: 'unknown', message: '2 UNKNOWN: Exception was thrown by handler.' });
  });
});
