import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CatalogFeed } from '../../../src/catalog/feed/catalog-feed.js';
import type { EventReader } from '../../../src/event-sourcing/event-store.js';
import { CorruptEventError, StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { imageStream } from '../../../src/vocabulary/slot.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';
import { FollowedLog, Follower } from './followed-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const web = slotOf('acme/sandbox/web');

let followed: FollowedLog;
let log: WrittenLog;
let feed: CatalogFeed;

async function shareWith(target: string): Promise<void> {
  const received = { type: 'SharedImageReceived', data: { shareId: `s-${target}`, source: 'acme' } } as const;
  await log.image(slotOf(`${target}/sandbox/web`), received);
}

async function follow(workspace: string, from: CatalogFeed = feed, pause?: () => Promise<void>): Promise<Follower> {
  const follower = new Follower(from, workspace, await from.now(), pause);
  await follower.untilCaughtUp();
  return follower;
}

/** Counts how often the end of the log is followed. */
class CountingReader implements EventReader {
  subscriptions = 0;
  reads = 0;

  constructor(private readonly inner: EventReader) {}

  get storeId(): string {
    return this.inner.storeId;
  }
  readStream(...given: Parameters<EventReader['readStream']>): ReturnType<EventReader['readStream']> {
    this.reads += 1;
    return this.inner.readStream(...given);
  }
  readAll(...given: Parameters<EventReader['readAll']>): ReturnType<EventReader['readAll']> {
    this.reads += 1;
    return this.inner.readAll(...given);
  }
  head(): ReturnType<EventReader['head']> {
    return this.inner.head();
  }
  end(): ReturnType<EventReader['end']> {
    return this.inner.end();
  }
  isPosition(text: string): boolean {
    return this.inner.isPosition(text);
  }
  subscribeAll(...given: Parameters<EventReader['subscribeAll']>): ReturnType<EventReader['subscribeAll']> {
    this.subscriptions += 1;
    return this.inner.subscribeAll(...given);
  }
}

describeOnEachReadModel(() => {
  beforeEach(async () => {
    followed = new FollowedLog();
    log = new WrittenLog(followed.store);
    feed = await followed.feed();
  });

  afterEach(async () => {
    await feed.close();
    await followed.close();
  });

  describe('many who listen', () => {
    it('share one reading of the log, which wakes only those it concerns', async () => {
      for (let n = 0; n < 300; n++) await shareWith(`guest-${n}`);
      await followed.index();
      const reader = new CountingReader(followed.store);
      const shared = await followed.feed({ reader });
      const followers = await Promise.all(Array.from({ length: 200 }, (_, n) => follow(`other-${n % 50}`, shared)));
      const guest = await follow('guest-7', shared);
      const { reads } = reader;

      for (let n = 0; n < 20; n++) await log.image(web, pushed(`v${n}`, digestOf(n), 1));
      await guest.until(({ events }) => events.length === 20);
      expect(guest.events.every(({ type }) => type === 'tag.pushed')).toBe(true);
      expect(followers.flatMap(({ events }) => events)).toEqual([]);
      expect([reader.subscriptions, reader.reads - reads]).toEqual([1, 0]);
      expect(shared.listeners).toBe(201);

      await Promise.all([guest, ...followers].map((follower) => follower.stop()));
      expect(shared.listeners).toBe(0);
      await shared.close();
    });

    it('are told now and then how far the log is, unless they have something to read', async () => {
      const quiet = await follow('quiet');
      const before = quiet.messages.length;
      followed.clock.advance(15_000);
      await nextTurn();
      expect(quiet.messages.slice(before)).toEqual([]);

      const position = await log.image(web, pushed('v1', digestOf(1), 1));
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      followed.clock.advance(15_000);
      await quiet.until(({ messages }) => messages.length > before);
      expect(quiet.messages.slice(before)).toEqual([{ kind: 'position', position }]);

      followed.clock.advance(15_000);
      await nextTurn();
      expect(quiet.messages).toHaveLength(before + 1);
      await quiet.stop();
    });
  });

  describe('one who reads slowly', () => {
    it('is held few messages for, and still reads everything', async () => {
      await shareWith('guest');
      const small = await followed.feed({ capacity: 8 });
      let go: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (go = resolve));
      const slow = await follow('guest', small, () => held);
      const fast = await follow('guest', small);
      for (let n = 0; n < 1_000; n++) await log.image(web, pushed(`v${n}`, digestOf(n), 1));
      await fast.until(({ events }) => events.length === 1_000);
      // It has fallen out of those who listen, and nothing is kept for it.
      expect(small.listeners).toBe(1);
      expect(slow.messages).toHaveLength(1);

      go();
      await slow.until(({ events }) => events.length === 1_000);
      expect(slow.events).toEqual(fast.events);
      expect(slow.messages.filter(({ kind }) => kind === 'caught-up')).toHaveLength(1);
      await Promise.all([slow.stop(), fast.stop()]);
      await small.close();
    });
  });

  describe('an event that cannot be read', () => {
    it('ends the feeds it belongs to, and no other', async () => {
      await shareWith('guest');
      await followed.index();
      const shared = await followed.feed();
      const [guest, owner, other] = await Promise.all(['guest', 'acme', 'other'].map((name) => follow(name, shared)));
      await followed.store.append(imageStream(web), 'no-stream', [
        {
          id: '00000000-0000-4000-8000-000000000000',
          type: 'TagPushed',
          data: { tag: 'no tag at all' },
          metadata: {
            commandId: 'c',
            correlationId: 'c',
            principal: 'user:alice',
            via: 'test',
            occurredAt: '2026-01-01T00:00:00.000Z',
            schemaVersion: 2,
          },
        },
      ]);
      await expect(guest?.ended).rejects.toBeInstanceOf(CorruptEventError);
      await expect(owner?.ended).rejects.toBeInstanceOf(CorruptEventError);
      await log.image(slotOf('other/sandbox/own'), pushed('v1', digestOf(1), 1));
      await other?.until(({ events }) => events.length === 1);
      await other?.stop();
      await shared.close();
    });
  });

  describe('the end', () => {
    it('comes when the feed is closed, and nothing is left behind', async () => {
      const followers = await Promise.all([follow('acme'), follow('guest')]);
      await feed.close();
      await Promise.all(followers.map(({ ended }) => ended));
      expect([feed.listeners, followed.clock.timers]).toEqual([0, 0]);
      const late = new Follower(feed, 'acme', undefined);
      await late.ended;
      expect(late.messages).toEqual([]);
    });

    it('is a fault when the store fails, and the next one begins anew', async () => {
      const follower = await follow('acme');
      await followed.store.close();
      await expect(follower.ended).rejects.toBeInstanceOf(StoreUnavailableError);
      const late = new Follower(feed, 'acme', undefined);
      await expect(late.ended).rejects.toBeInstanceOf(StoreUnavailableError);
      expect(feed.listeners).toBe(0);
    });

    it('comes at once for who is aborted before anything was read', async () => {
      await log.image(web, pushed('v1', digestOf(1), 1));
      const follower = new Follower(feed, 'acme', undefined);
      await follower.stop();
      expect(follower.messages.length).toBeLessThanOrEqual(1);
      expect(feed.listeners).toBe(0);
    });
  });

  describe('a beginning', () => {
    it('may lie before images were shared: what came along then is told in its place', async () => {
      const own = slotOf('guest/sandbox/own');
      await log.image(web, pushed('too-early', digestOf(1), 1));
      await shareWith('guest');
      for (let n = 0; n < 300; n++) {
        await log.image(web, pushed(`theirs-${n}`, digestOf(n), 1));
        await log.image(own, pushed(`ours-${n}`, digestOf(n), 1));
      }
      const revoked = {
        type: 'SharedImageRevoked',
        data: { shareId: 's-guest', source: 'acme', reason: 'requested' },
      } as const;
      await log.image(slotOf('guest/sandbox/web'), revoked);
      await log.image(web, pushed('too-late', digestOf(1), 1));
      await log.image(own, pushed('last', digestOf(1), 1));
      await followed.index();

      const indexed = await followed.feed();
      const follower = new Follower(indexed, 'guest', undefined);
      await follower.untilCaughtUp();
      const tags = follower.events.flatMap((event) => (event.type === 'tag.pushed' ? [event.tag] : []));
      const pairs = Array.from({ length: 300 }, (_, n) => [`theirs-${n}`, `ours-${n}`]);
      expect(tags).toEqual([...pairs.flat(), 'last']);
      await follower.stop();
      await indexed.close();
    });

    it('is checked against the log', async () => {
      const position = await log.image(web, pushed('v1', digestOf(1), 1));
      expect(await feed.check(position)).toBe('known');
      expect(await feed.check('0000000000000000')).toBe('known');
      expect(await feed.check('0000000000000002')).toBe('ahead');
      for (const text of ['', '1', 'start', '000000000000000x']) expect(await feed.check(text)).toBe('malformed');
    });
  });
});
