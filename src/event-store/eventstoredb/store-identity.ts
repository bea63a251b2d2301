import { v4 as uuid } from 'uuid';
import type { EventStoreDbConnection } from './eventstoredb.connection.js';
import { readStreamPage } from './log-pages.js';
import type { Reading } from './log-pages.js';

const eventType = 'EventStoreFounded';

/**
 * The identity of the store, written by whoever comes first. It stands in a stream of its own, which is no category of
 * ours, so that it is never read as an event.
 *
 * @throws Error when the stream holds something else
 */
export async function storeIdentity(connection: EventStoreDbConnection, stream: string): Promise<string> {
  return connection.call('append', 'read its identity', async (client, heard) => {
    const reading = { client, heard };
    return (await read(reading, stream)) ?? found(reading, stream);
  });
}

async function found(reading: Reading, stream: string): Promise<string> {
  const storeId = uuid();
  const event = { id: uuid(), type: eventType, data: bytesOf({ storeId }), metadata: bytesOf({}) };
  const { kind } = await reading.client.append({ stream, expected: 'no-stream', events: [event] });
  if (kind === 'appended') return storeId;
  const theirs = await read(reading, stream);
  if (theirs === undefined) throw new TypeError(notAnIdentity(stream));
  return theirs;
}

async function read(reading: Reading, stream: string): Promise<string | undefined> {
  const [first] = await readStreamPage(reading, stream, undefined, 'forwards', 1);
  if (first === undefined) return undefined;
  const data: unknown = first.event?.data;
  if (typeof data === 'object' && data !== null && 'storeId' in data && typeof data.storeId === 'string') {
    return data.storeId;
  }
  throw new TypeError(notAnIdentity(stream));
}

function notAnIdentity(stream: string): string {
  return `the stream ${stream} of the event store does not hold its identity, but something else; choose another prefix for the streams of this service`;
}

function bytesOf(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
