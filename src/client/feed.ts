import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedEvent } from '../catalog/feed/feed-message.js';
import { readServerEvents } from '../cli/api/server-events.js';
import { linesOf } from './lines.js';
import { TagalongUnavailableError } from './unavailable.error.js';

export interface FollowOptions {
  /** Begin after this position; `start` for everything there ever was. Without it the feed begins now. */
  readonly since?: string;
  readonly signal?: AbortSignal;
}

const firstPauseMs = 250;
const lastPauseMs = 10_000;

/**
 * What changes in the catalog of a workspace, from a position on, for as long as it is asked for. When the connection
 * breaks it goes on after the last event, without a gap and without a repetition.
 *
 * @param base where the service is, without `/v0`
 * @throws TagalongUnavailableError when the service refuses, with what it says
 * @throws the reason of the signal when that aborts
 */
export async function* followFeed(
  base: string,
  credential: string,
  workspace: string,
  { since, signal }: FollowOptions = {},
): AsyncGenerator<FeedEvent, void, undefined> {
  let last: string | undefined;
  let pause = firstPauseMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const query = new URLSearchParams({ workspace, ...(since !== undefined && last === undefined && { since }) });
      const response = await fetch(`${base.replace(/\/+$/, '')}/v0/feed?${query.toString()}`, {
        headers: {
          authorization: `Bearer ${credential}`,
          accept: 'text/event-stream',
          ...(last !== undefined && { 'last-event-id': last }),
        },
        ...(signal !== undefined && { signal }),
      });
      if (response.status < 500 && !response.ok && response.status !== 429) throw await refused(response);
      if (response.ok && response.body !== null) {
        for await (const event of readServerEvents(linesOf(response.body), { onId: (id) => (last = id) })) {
          pause = firstPauseMs;
          // A position without news: behind it one may begin, and nobody need be told.
          if (event.type !== 'caught-up') yield JSON.parse(event.data) as FeedEvent;
        }
      }
    } catch (thrown) {
      if (thrown instanceof TagalongUnavailableError) throw thrown;
      signal?.throwIfAborted();
    }
    await sleep(pause * (0.75 + Math.random() / 2), undefined, signal === undefined ? {} : { signal });
    pause = Math.min(pause * 2, lastPauseMs);
  }
}

async function refused(response: Response): Promise<TagalongUnavailableError> {
  return new TagalongUnavailableError(`the feed was refused: ${await response.text()}`, undefined);
}
