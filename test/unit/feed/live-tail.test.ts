import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveTail } from '../../../src/catalog/feed/live-tail.js';
import type { Listener } from '../../../src/catalog/feed/listener.js';
import { SlotFacts } from '../../../src/catalog/feed/slot-fact.js';
import { WorkspaceFeed } from '../../../src/catalog/feed/workspace-feed.js';
import type { Position } from '../../../src/event-sourcing/position.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';

const web = slotOf('acme/sandbox/web');
const guests = slotOf('guest/sandbox/web');
const shared = { shareId: 's1', source: 'acme' } as const;

let log: WrittenLog;
let positions: Position[];
let tail: LiveTail;

/** The image is shared up to the event before the last: then it is taken back. */
beforeEach(async () => {
  log = new WrittenLog();
  positions = [
    await log.image(guests, { type: 'SharedImageReceived', data: shared }),
    await log.image(web, pushed('v1', digestOf(1), 1)),
    await log.image(web, pushed('v2', digestOf(2), 1)),
    await log.image(guests, { type: 'SharedImageRevoked', data: { ...shared, reason: 'requested' } }),
  ];
  tail = new LiveTail(new SlotFacts(), positions[0], 10);
});

afterEach(async () => {
  tail.stop();
  await log.store.close();
});

async function heardBy(listener: Listener): Promise<unknown[]> {
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  if (listener.isIdle) return [];
  const heard = await listener.hear();
  return heard.kind === 'messages' ? heard.messages.map(({ position }) => position) : [heard.kind];
}

describe('who joins at the end of the log', () => {
  it('must have read as far as the tail', () => {
    const feed = new WorkspaceFeed('guest', undefined, [web]);
    expect(tail.join('guest', undefined, feed)).toBeUndefined();
    expect(tail.listeners).toBe(0);
    expect(tail.join('guest', positions[0], feed)).toBeDefined();
  });

  it('hears nothing twice that it has read ahead of the tail', async () => {
    const ahead = tail.join('guest', positions[2], new WorkspaceFeed('guest', undefined, [web]));
    void tail.follow(log.store);
    expect(ahead && (await heardBy(ahead))).toEqual([positions[3]]);
  });

  it('must have read as far as those who listen already, for the feed is where they are', async () => {
    const ahead = tail.join('guest', positions[3], new WorkspaceFeed('guest', undefined, []));
    // What the image showed at the second event is no longer known to the feed they share.
    expect(tail.join('guest', positions[1], new WorkspaceFeed('guest', undefined, [web]))).toBeUndefined();
    expect(tail.levelOf('guest')).toBe(positions[3]);
    const level = tail.join('guest', positions[3], undefined);
    void tail.follow(log.store);
    const last = await log.image(slotOf('guest/sandbox/own'), pushed('v1', digestOf(1), 1));
    for (const listener of [ahead, level]) expect(listener && (await heardBy(listener))).toEqual([last]);
  });

  it('needs a feed when nobody listens to the workspace yet', () => {
    expect(tail.join('guest', positions[0], undefined)).toBeUndefined();
  });
});

describe('a listener', () => {
  it('is behind with one message more than it may hold, and takes the others first', async () => {
    const feed = new WorkspaceFeed('acme', undefined, []);
    const listener = tail.join('acme', positions[3], feed);
    if (listener === undefined) throw new Error('it did not join');
    void tail.follow(log.store);
    for (let n = 0; n < 11; n++) positions.push(await log.image(web, pushed(`more-${n}`, digestOf(n), 1)));
    expect(await heardBy(listener)).toEqual(positions.slice(4, 14));
    expect(await listener.hear()).toEqual({ kind: 'behind' });
    expect(tail.listeners).toBe(0);
  });

  it('hears no more once it has left', async () => {
    const listener = tail.join('acme', positions[3], new WorkspaceFeed('acme', undefined, []));
    void tail.follow(log.store);
    await log.image(web, pushed('more', digestOf(1), 1));
    listener?.leave();
    expect(await listener?.hear()).toEqual({ kind: 'ended' });
  });
});
