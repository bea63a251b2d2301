import { FORWARDS, START, StreamNotFoundError } from '@eventstore/db-client';
import { v4 as uuid } from 'uuid';
import type { SteadyClient } from './eventstoredb.client.js';
import type { EventStoreDbConnection } from './eventstoredb.connection.js';

const eventType = 'EventStoreFounded';

/**
 * The identity of the store, written by whoever comes first. It stands in a stream of its own, which is no category of
 * ours, so that it is never read as an event.
 *
 * @throws Error when the stream holds something else
 */
export async function storeIdentity(connection: EventStoreDbConnection, stream: string): Promise<string> {
  return connection.call(
    'append',
    'read its identity',
    async (client) => (await read(client, stream)) ?? found(client, stream),
  );
}

async function found(client: SteadyClient, stream: string): Promise<string> {
  const storeId = uuid();
  const event = { id: uuid(), type: eventType, data: bytesOf({ storeId }), metadata: bytesOf({}) };
  const { kind } = await client.append({ stream, expected: 'no-stream', events: [event] });
  if (kind === 'appended') return storeId;
  const theirs = await read(client, stream);
  if (theirs === undefined) throw new TypeError(notAnIdentity(stream));
  return theirs;
}

async function read(client: SteadyClient, stream: string): Promise<string | undefined> {
  try {
    for await (const { event } of client.readStream(stream, {
      direction: FORWARDS,
      fromRevision: START,
      maxCount: 1,
      ...client.readOptions,
    })) {
      const data: unknown = event?.data;
      if (typeof data === 'object' && data !== null && 'storeId' in data && typeof data.storeId === 'string') {
        return data.storeId;
      }
      throw new TypeError(notAnIdentity(stream));
    }
  } catch (thrown) {
    if (!(thrown instanceof StreamNotFoundError)) throw thrown;
  }
  return undefined;
}

function notAnIdentity(stream: string): string {
  return `the stream ${stream} of the event store does not hold its identity, but something else; choose another prefix for the streams of this service`;
}

function bytesOf(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
