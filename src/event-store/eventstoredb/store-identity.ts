import {
  FORWARDS,
  NO_STREAM,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
  jsonEvent,
} from '@eventstore/db-client';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { v4 as uuid } from 'uuid';
import type { EventStoreDbConnection } from './eventstoredb.connection.js';

const eventType = 'EventStoreFounded';

/**
 * The identity of the store, written by whoever comes first. It stands in a stream of its own, which is no category of
 * ours, so that it is never read as an event.
 *
 * @throws Error when the stream holds something else
 */
export async function storeIdentity(connection: EventStoreDbConnection, stream: string): Promise<string> {
  return connection.call('read its identity', async (client) => (await read(client, stream)) ?? found(client, stream));
}

async function found(client: EventStoreDBClient, stream: string): Promise<string> {
  const storeId = uuid();
  try {
    await client.appendToStream(stream, jsonEvent({ type: eventType, data: { storeId } }), {
      expectedRevision: NO_STREAM,
    });
    return storeId;
  } catch (thrown) {
    if (!(thrown instanceof WrongExpectedVersionError)) throw thrown;
    const theirs = await read(client, stream);
    if (theirs === undefined) throw new TypeError(notAnIdentity(stream), { cause: thrown });
    return theirs;
  }
}

async function read(client: EventStoreDBClient, stream: string): Promise<string | undefined> {
  try {
    for await (const { event } of client.readStream(stream, {
      direction: FORWARDS,
      fromRevision: START,
      maxCount: 1,
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
