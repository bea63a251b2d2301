import type { AllStreamResolvedEvent, EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import { BACKWARDS, END, FORWARDS, START, StreamNotFoundError } from '@eventstore/db-client';
import type { LogPosition } from './eventstoredb.position.js';

/** One page of the whole log, foreign events and all: forwards from a position (inclusive), or backwards from one (exclusive). */
export function readPage(
  client: EventStoreDBClient,
  from: LogPosition | undefined,
  direction: 'forwards' | 'backwards',
  maxCount: number,
): Promise<AllStreamResolvedEvent[]> {
  const forwards = direction === 'forwards';
  return collected(
    client.readAll({
      direction: forwards ? FORWARDS : BACKWARDS,
      fromPosition: from ?? (forwards ? START : END),
      maxCount,
    }),
  );
}

/** A part of one stream; none of a stream that does not exist. */
export async function readStreamPage(
  client: EventStoreDBClient,
  stream: string,
  from: bigint | undefined,
  direction: 'forwards' | 'backwards',
  maxCount: number,
): Promise<ResolvedEvent[]> {
  const forwards = direction === 'forwards';
  try {
    return await collected(
      client.readStream(stream, {
        direction: forwards ? FORWARDS : BACKWARDS,
        fromRevision: from ?? (forwards ? START : END),
        maxCount,
      }),
    );
  } catch (thrown) {
    if (thrown instanceof StreamNotFoundError) return [];
    throw thrown;
  }
}

async function collected<E>(read: AsyncIterable<E>): Promise<E[]> {
  const events: E[] = [];
  for await (const event of read) events.push(event);
  return events;
}
