import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import { BACKWARDS, END, FORWARDS, START, StreamNotFoundError } from '@eventstore/db-client';
import type { SteadyClient } from './eventstoredb.client.js';
import type { LogPosition } from './eventstoredb.position.js';

/** Over which client to read, and whom to tell of every event that has come. */
export interface Reading {
  readonly client: SteadyClient;
  readonly heard: () => void;
}

/** One page of the whole log, foreign events and all: forwards from a position (inclusive), or backwards from one (exclusive). */
export function readPage(
  { client, heard }: Reading,
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
      ...client.readOptions,
    }),
    heard,
  );
}

/** A part of one stream; none of a stream that does not exist. */
export async function readStreamPage(
  { client, heard }: Reading,
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
        ...client.readOptions,
      }),
      heard,
    );
  } catch (thrown) {
    if (thrown instanceof StreamNotFoundError) return [];
    throw thrown;
  }
}

async function collected<E>(read: AsyncIterable<E>, heard: () => void): Promise<E[]> {
  const events: E[] = [];
  for await (const event of read) {
    heard();
    events.push(event);
  }
  return events;
}
