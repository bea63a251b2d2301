import { randomUUID } from 'node:crypto';
import {
  ANY,
  AccessDeniedError,
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { describe, expect, test } from 'vitest';
import { LogDatabase } from '../../support/eventstoredb/log-database.js';
import { collect, events, failureOf, serverAndClient } from './bare-client.js';

describe('an append', () => {
  test('at no-stream and then at a revision tells revision and position of its last event', async () => {
    const { client } = await serverAndClient();
    const first = await client.appendToStream('orders-1', events(2), { expectedRevision: NO_STREAM });
    const second = await client.appendToStream('orders-1', events(1), { expectedRevision: 1n });
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 1n });
    expect(second).toMatchObject({ success: true, nextExpectedRevision: 2n });
    const read = await collect(client.readStream('orders-1'));
    expect(read.map(({ event }) => event?.revision)).toEqual([0n, 1n, 2n]);
    expect(read[1]?.event?.position).toEqual(first.position);
    expect(read[2]?.event?.position).toEqual(second.position);
  });

  test('of the same events at the same expected revision changes nothing and answers as before', async () => {
    const { client } = await serverAndClient();
    const batch = events(2);
    const first = await client.appendToStream('orders-1', batch, { expectedRevision: NO_STREAM });
    await client.appendToStream('orders-1', events(1), { expectedRevision: 1n });
    const again = await client.appendToStream('orders-1', batch, { expectedRevision: NO_STREAM });
    expect(again).toEqual(first);
    expect(await collect(client.readStream('orders-1'))).toHaveLength(3);
  });

  test('of the same events at any changes nothing and answers the original revision', async () => {
    const { client } = await serverAndClient();
    const batch = events(2);
    await client.appendToStream('orders-1', batch, { expectedRevision: NO_STREAM });
    await client.appendToStream('orders-1', events(1), { expectedRevision: ANY });
    const again = await client.appendToStream('orders-1', batch, { expectedRevision: ANY });
    expect(again.nextExpectedRevision).toBe(1n);
    expect(await collect(client.readStream('orders-1'))).toHaveLength(3);
  });

  test('of the same events at the current revision writes them a second time', async () => {
    const { client } = await serverAndClient();
    const batch = events(2);
    await client.appendToStream('orders-1', batch, { expectedRevision: NO_STREAM });
    const again = await client.appendToStream('orders-1', batch, { expectedRevision: 1n });
    expect(again.nextExpectedRevision).toBe(3n);
    const read = await collect(client.readStream('orders-1'));
    expect(read.map(({ event }) => event?.id)).toEqual([...batch, ...batch].map(({ id }) => id));
  });

  test('of a part of an earlier append, or of it and one more, is a conflict', async () => {
    const { client } = await serverAndClient();
    const [one, two, three] = events(3);
    if (one === undefined || two === undefined || three === undefined) throw new Error('three events were asked for');
    await client.appendToStream('orders-1', [one, two], { expectedRevision: NO_STREAM });
    for (const batch of [[two], [one, two, three]]) {
      const error = await failureOf(client.appendToStream('orders-1', batch, { expectedRevision: NO_STREAM }));
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
    }
  });

  test('at a stale or a future revision is a conflict that names both revisions', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(3), { expectedRevision: NO_STREAM });
    for (const expectedRevision of [0n, 7n]) {
      const error = await failureOf(client.appendToStream('orders-1', events(1), { expectedRevision }));
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({
        type: 'wrong-expected-version',
        streamName: 'orders-1',
        expectedVersion: expectedRevision,
        actualVersion: 2n,
      });
    }
    const noStream = await failureOf(client.appendToStream('orders-2', events(1), { expectedRevision: 0n }));
    expect(noStream).toMatchObject({ type: 'wrong-expected-version', actualVersion: 'no_stream' });
    const absent = await failureOf(client.appendToStream('orders-2', events(1), { expectedRevision: STREAM_EXISTS }));
    expect(absent).toMatchObject({ expectedVersion: 'stream_exists', actualVersion: 'no_stream' });
  });

  test('of an id known from another stream, or twice in one append, is written', async () => {
    const { client } = await serverAndClient();
    const batch = events(1);
    await client.appendToStream('orders-1', batch, { expectedRevision: NO_STREAM });
    await client.appendToStream('orders-2', [...batch, ...batch], { expectedRevision: NO_STREAM });
    expect(await collect(client.readStream('orders-2'))).toHaveLength(2);
  });

  test('without events tells the current revision', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(3), { expectedRevision: NO_STREAM });
    const nothing = await client.appendToStream('orders-1', []);
    expect(nothing).toMatchObject({ success: true, nextExpectedRevision: 2n });
  });

  test('of 5,000 events is atomic, in chunks that arrive one by one', async () => {
    const { client } = await serverAndClient();
    const answer = await client.appendToStream('orders-1', events(5_000), {
      expectedRevision: NO_STREAM,
      batchAppendSize: 50_000,
    });
    expect(answer.nextExpectedRevision).toBe(4_999n);
    const read = await collect(client.readStream('orders-1'));
    expect(read.map(({ event }) => event?.revision)).toEqual(Array.from({ length: 5_000 }, (_, n) => BigInt(n)));
  });

  test('over the limit of the server is refused with the limit, and nothing is written', async () => {
    const { client } = await serverAndClient();
    const error = await failureOf(client.appendToStream('orders-1', events(2, { pad: 600_000 })));
    expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(error).toMatchObject({ maxAppendSize: 1_048_576 });
    const alone = await client.appendToStream('orders-1', events(1, { pad: 600_000 }), { expectedRevision: NO_STREAM });
    expect(alone.success).toBe(true);
  });

  test('goes by a limit of another size where the server has one', async () => {
    const { client } = await serverAndClient({ database: new LogDatabase({ maxAppendSize: 1_000 }) });
    const error = await failureOf(client.appendToStream('orders-1', events(1, { pad: 1_000 })));
    expect(error).toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: 1_000 });
  });

  test.each(['with spaces', '100%', 'a/b', 'größe-é', 'box-📦', 'x'.repeat(3_000)])(
    'takes a stream named %s',
    async (name) => {
      const { client } = await serverAndClient();
      await client.appendToStream(name, events(1), { expectedRevision: NO_STREAM });
      const [read] = await collect(client.readStream(name));
      expect(read?.event?.streamId).toBe(name);
    },
  );

  test('to a stream without a name is a bad request', async () => {
    const { client } = await serverAndClient();
    const error = await failureOf(client.appendToStream('', events(1)));
    expect(error).toBeInstanceOf(UnknownError);
    expect(error).toMatchObject({ message: 'Could not recognize BadRequest' });
  });

  test('after a soft delete goes on where the stream stopped', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(3), { expectedRevision: NO_STREAM });
    await client.deleteStream('orders-1', { expectedRevision: 2n });
    await expect(collect(client.readStream('orders-1'))).rejects.toMatchObject({ type: 'stream-not-found' });
    const answer = await client.appendToStream('orders-1', events(1), { expectedRevision: NO_STREAM });
    expect(answer.nextExpectedRevision).toBe(3n);
    const read = await collect(client.readStream('orders-1'));
    expect(read.map(({ event }) => event?.revision)).toEqual([3n]);
  });

  test('after a tombstone is refused for good', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1), { expectedRevision: NO_STREAM });
    await client.tombstoneStream('orders-1');
    const error = await failureOf(client.appendToStream('orders-1', events(1)));
    expect(error).toBeInstanceOf(StreamDeletedError);
    await expect(collect(client.readStream('orders-1'))).rejects.toMatchObject({ type: 'stream-deleted' });
  });

  test('wins alone when fifty race for a new stream', async () => {
    const { client } = await serverAndClient();
    const race = await Promise.allSettled(
      Array.from({ length: 50 }, () => client.appendToStream('orders-1', events(1), { expectedRevision: NO_STREAM })),
    );
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = race.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(reasons).toHaveLength(49);
    for (const reason of reasons) expect(reason).toBeInstanceOf(WrongExpectedVersionError);
  });

  test('with credentials of its own goes by the call for one append and answers the same', async () => {
    const { client } = await serverAndClient();
    const credentials = { username: 'admin', password: 'changeit' };
    const batch = events(2);
    const options = { credentials, expectedRevision: NO_STREAM } as const;
    const first = await client.appendToStream('orders-1', batch, options);
    expect(await client.appendToStream('orders-1', batch, options)).toEqual(first);
    const conflict = await failureOf(client.appendToStream('orders-1', events(1), options));
    expect(conflict).toMatchObject({
      type: 'wrong-expected-version',
      expectedVersion: 'no_stream',
      actualVersion: 1n,
    });
    const large = await failureOf(client.appendToStream('orders-1', events(3, { pad: 400_000 }), { credentials }));
    expect(large).toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: 1_048_576 });
    await client.tombstoneStream('orders-1');
    const deleted = await failureOf(client.appendToStream('orders-1', events(1), { credentials }));
    expect(deleted).toMatchObject({ type: 'stream-deleted' });
  });

  test('keeps the clock of the server', async () => {
    const { client } = await serverAndClient({ database: new LogDatabase({ now: () => 1_234_567_890_123 }) });
    await client.appendToStream('orders-1', events(1));
    const [read] = await collect(client.readStream('orders-1'));
    expect(read?.event?.created).toEqual(new Date(1_234_567_890_123));
  });
});

describe('an append whose answer goes wrong', () => {
  test('is written although the server says that its deadline has passed', async () => {
    const { server, client } = await serverAndClient();
    server.decree({ written: true, answer: 'timeout' });
    const batch = events(1);
    const options = { expectedRevision: NO_STREAM } as const;
    expect(await failureOf(client.appendToStream('orders-1', batch, options))).toBeInstanceOf(DeadlineExceededError);
    expect(await client.appendToStream('orders-1', batch, options)).toMatchObject({ nextExpectedRevision: 0n });
    expect(await collect(client.readStream('orders-1'))).toHaveLength(1);
  });

  test('is answered at its deadline, by the server', async () => {
    const { server, client } = await serverAndClient();
    server.decree({ written: false, answer: 'silence' });
    const error = await failureOf(client.appendToStream('orders-1', events(1), { deadline: 100 }));
    expect(error).toBeInstanceOf(DeadlineExceededError);
  });

  test('may be refused', async () => {
    const { server, client } = await serverAndClient();
    server.decree({ written: false, answer: 'access-denied' });
    const error = await failureOf(client.appendToStream(`orders-${randomUUID()}`, events(1)));
    expect(error).toBeInstanceOf(AccessDeniedError);
  });
});
