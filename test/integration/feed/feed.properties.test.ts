import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeedEvent } from '../../../src/catalog/feed/feed-message.js';
import { anySharingLog, workspaces } from './sharing-log.js';
import { slot } from '../catalog/slot-log.js';
import { FollowedLog, Follower } from './followed-log.js';
import { naiveFeed } from './naive-feed.js';
import type { Told } from './naive-feed.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const anyWorkspace = fc.constantFrom(...workspaces);
const anyShare = fc.double({ min: 0, max: 1, noNaN: true });
const fewTurns = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 12 });

/** When the feed begins, how much is there then, how much of that the index knows, and how time goes from there. */
const anySituation = fc.record({
  log: anySharingLog,
  workspace: anyWorkspace,
  there: anyShare,
  indexed: anyShare,
  after: anyShare,
  capacity: fc.integer({ min: 1, max: 4 }),
  pageSize: fc.integer({ min: 1, max: 20 }),
  /** Events appended at once, over and over. */
  appends: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
  /** Turns of the event loop between two appends, and between two messages read. */
  appenderPauses: fewTurns,
  readerPauses: fewTurns,
});

/** Waits for so many turns each time, over and over. */
function inTurns(turns: readonly number[]): () => Promise<void> {
  let calls = 0;
  return async () => {
    const count = turns[calls++ % turns.length] ?? 0;
    for (let turn = 0; turn < count; turn++) await nextTurn();
  };
}

function toldOf(event: FeedEvent): Told {
  return {
    position: event.position,
    type: event.type,
    image: `${event.resourceType}/${event.name}`,
    tag: 'tag' in event ? event.tag : undefined,
    source: 'sourceWorkspace' in event ? event.sourceWorkspace : undefined,
    target: 'targetWorkspace' in event ? event.targetWorkspace : undefined,
  };
}

describeOnEachReadModel(() => {
  describe('a feed', () => {
    it('tells what a look at the whole log tells, from any point, while the log grows and whatever the index knows', async () => {
      await fc.assert(
        fc.asyncProperty(anySituation, async ({ log, workspace, ...situation }) => {
          log.register(slot(workspace, 'the-end'));
          const { events } = log;
          const there = Math.floor(situation.there * events.length);
          const indexed = Math.floor(situation.indexed * there);
          const after = events[Math.floor(situation.after * there) - 1]?.position;

          const followed = new FollowedLog();
          await followed.append(events.slice(0, indexed));
          await followed.index();
          await followed.append(events.slice(indexed, there));
          const { capacity, pageSize } = situation;
          const feed = await followed.feed({ capacity, pageSize });
          const follower = new Follower(feed, workspace, after, inTurns(situation.readerPauses));

          const pause = inTurns(situation.appenderPauses);
          for (let next = there, turn = 0; next < events.length; turn++) {
            await pause();
            const count = situation.appends[turn % situation.appends.length] ?? 1;
            await followed.append(events.slice(next, next + count));
            next += count;
          }
          await follower.until(({ events: told }) => told.at(-1)?.name === 'the-end');
          const expected = naiveFeed(events, workspace).filter(({ position }) => position > (after ?? ''));
          expect(follower.events.map(toldOf)).toEqual(expected);
          await follower.untilCaughtUp();
          await follower.stop();
          expect(follower.messages.filter(({ kind }) => kind === 'caught-up')).toHaveLength(1);
          expect(feed.listeners).toBe(0);
          await feed.close();
          await followed.close();
        }),
        { numRuns: 100 },
      );
    });

    it('goes on where it broke off, whenever that is', async () => {
      await fc.assert(
        fc.asyncProperty(anySituation, async ({ log, workspace, ...situation }) => {
          log.register(slot(workspace, 'the-end'));
          const { events } = log;
          const there = Math.floor(situation.there * events.length);
          const followed = new FollowedLog();
          await followed.append(events.slice(0, there));
          await followed.index();

          const told: FeedEvent[] = [];
          let after: string | undefined;
          for (let next = there, turn = 0; told.at(-1)?.name !== 'the-end'; turn++) {
            // Every connection meets another process, which knows nothing of the one before.
            const feed = await followed.feed({ capacity: situation.capacity, pageSize: situation.pageSize });
            const follower = new Follower(feed, workspace, after, inTurns(situation.readerPauses));
            const count = situation.appends[turn % situation.appends.length] ?? 1;
            await followed.append(events.slice(next, next + count));
            next += count;
            await inTurns(situation.appenderPauses)();
            if (next >= events.length) await follower.until(({ events: now }) => now.at(-1)?.name === 'the-end');
            await follower.stop();
            told.push(...follower.events);
            after = follower.messages.at(-1)?.position ?? after;
            if (turn % 3 === 2) await followed.index();
            await feed.close();
          }
          expect(told.map(toldOf)).toEqual(naiveFeed(events, workspace));
          await followed.close();
        }),
        { numRuns: 60 },
      );
    });

    it('tells everybody who listens to the same workspace the same', async () => {
      await fc.assert(
        fc.asyncProperty(
          anySituation,
          fc.array(fc.tuple(anyWorkspace, anyShare), { maxLength: 6 }),
          async (situation, joins) => {
            const { log, appends, readerPauses, capacity } = situation;
            for (const workspace of workspaces) log.register(slot(workspace, 'the-end'));
            const { events } = log;
            const followed = new FollowedLog();
            const feed = await followed.feed({ capacity });
            const followers: { readonly follower: Follower; readonly workspace: string; readonly after: string }[] = [];
            for (let next = 0, turn = 0; next < events.length; turn++) {
              for (const [workspace, share] of joins.slice(turn * 2, turn * 2 + 2)) {
                const after = events[Math.floor(share * next) - 1]?.position;
                const follower = new Follower(feed, workspace, after, inTurns(readerPauses));
                followers.push({ follower, workspace, after: after ?? '' });
                if (turn % 2 === 1) await nextTurn();
              }
              const count = appends[turn % appends.length] ?? 1;
              await followed.append(events.slice(next, next + count));
              next += count;
            }
            for (const { follower, workspace, after } of followers) {
              await follower.until(({ events: told }) => told.at(-1)?.name === 'the-end');
              const expected = naiveFeed(events, workspace).filter(({ position }) => position > after);
              expect(follower.events.map(toldOf)).toEqual(expected);
              await follower.stop();
            }
            expect(feed.listeners).toBe(0);
            await feed.close();
            await followed.close();
          },
        ),
        { numRuns: 60 },
      );
    });
  });
});
