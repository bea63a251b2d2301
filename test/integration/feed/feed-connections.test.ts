import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStream } from '../../../src/catalog/feed/event-stream.js';
import { FeedConnections } from '../../../src/catalog/feed/feed-connections.js';
import type { FeedTiming } from '../../../src/catalog/feed/feed-connections.js';
import { IdentityProviderUnavailableError } from '../../../src/workspaces/authentication/identity-provider.error.js';
import { FeedReader } from '../../support/feed-reader.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';
import { FollowedLog } from './followed-log.js';

const web = slotOf('acme/sandbox/web');
const timing: FeedTiming = { heartbeatMs: 60_000, recheckMs: 5, retryMs: 1_000 };

/** Who may listen, as the test says. */
class Doorkeeper {
  answer: boolean | Error = true;
  checks = 0;
  changed: () => void = () => undefined;

  allows(): Promise<boolean> {
    this.checks += 1;
    return this.answer instanceof Error ? Promise.reject(this.answer) : Promise.resolve(this.answer);
  }

  onChange(listener: () => void): () => void {
    this.changed = listener;
    return () => {
      this.changed = () => undefined;
    };
  }
}

let followed: FollowedLog;
let log: WrittenLog;
let door: Doorkeeper;
let stopping: (() => Promise<unknown>)[];
let faults: unknown[];
let waiting: () => number;

beforeEach(() => {
  followed = new FollowedLog();
  log = new WrittenLog(followed.store);
  door = new Doorkeeper();
  stopping = [];
  faults = [];
});

afterEach(async () => {
  for (const stop of stopping.reverse()) await stop();
  await followed.close();
});

/** Serves the feed of `acme` from its beginning over a real connection. */
async function served(options: { timing?: Partial<FeedTiming>; stallMs?: number; capacity?: number } = {}) {
  const feed = await followed.feed({ capacity: options.capacity ?? 16 });
  const connections = new FeedConnections(feed, door, { ...timing, ...options.timing });
  const server: Server = createServer((request, response) => {
    waiting = () => response.writableLength;
    const stream = new EventStream(response, { 'x-test': 'yes' }, options.stallMs ?? 60_000);
    void connections.serve({
      workspace: 'acme',
      after: undefined,
      headers: request.headers,
      stream,
      onFault: (fault) => faults.push(fault),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  stopping.push(
    () => feed.close(),
    () => connections.onModuleDestroy(),
    async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  );
  const open = (): Promise<FeedReader> => FeedReader.open({ url, key: 'k', workspace: 'acme' });
  return { feed, connections, open };
}

async function pushMany(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await log.image(web, pushed(`v${n}`, digestOf(n), 1));
}

describe('a connection', () => {
  it('holds little for a client that does not read, and gives it everything when it does', async () => {
    const { feed, open } = await served();
    const reader = await open();
    await reader.untilCaughtUp();
    reader.pause();
    // More than the buffers of both ends of the connection take.
    await pushMany(20_000);
    const quick = await open();
    await quick.until(({ events }) => events.length === 20_000);
    expect(feed.listeners).toBe(1);
    expect(waiting()).toBeLessThan(100_000);

    reader.resume();
    await reader.until(({ events }) => events.length === 20_000);
    expect(reader.events).toEqual(quick.events);
  });

  it('is closed when its client reads nothing for too long', async () => {
    const { connections, open } = await served({ stallMs: 50 });
    const reader = await open();
    await reader.untilCaughtUp();
    reader.pause();
    await pushMany(20_000);
    await reader.until(() => connections.size === 0);
  });

  it('lives on by comments while nothing happens', async () => {
    const { open } = await served({ timing: { heartbeatMs: 10 } });
    const reader = await open();
    await reader.until(({ blocks }) => blocks.filter(({ isComment }) => isComment).length >= 3);
    expect(reader.events).toEqual([]);
  });

  it('leaves nothing behind when its client goes', async () => {
    const { feed, connections, open } = await served();
    const readers = await Promise.all([open(), open(), open()]);
    for (const reader of readers) await reader.untilCaughtUp();
    expect([feed.listeners, connections.size]).toEqual([3, 3]);
    for (const reader of readers) reader.close();
    await readers[0].until(() => connections.size === 0 && feed.listeners === 0);
  });
});

describe('the right to listen', () => {
  it('is checked again when rights change, however often they do', async () => {
    const { open } = await served();
    const reader = await open();
    await reader.untilCaughtUp();
    const before = door.checks;
    for (let n = 0; n < 1_000; n++) door.changed();
    await reader.until(() => door.checks > before);
    expect(door.checks).toBeLessThan(before + 5);

    door.answer = false;
    door.changed();
    await reader.untilEnd();
  });

  it('is checked again by and by, for what runs out by itself', async () => {
    const { open } = await served({ timing: { heartbeatMs: 10 } });
    const reader = await open();
    await reader.untilCaughtUp();
    door.answer = false;
    await reader.untilEnd();
  });

  it('is checked once more when the stream begins', async () => {
    door.answer = false;
    await pushMany(1);
    const { open } = await served();
    const reader = await open();
    await reader.untilEnd();
    expect(reader.events).toEqual([]);
  });

  it('is not taken for granted when it cannot be checked', async () => {
    const { open } = await served();
    const reader = await open();
    await reader.untilCaughtUp();
    const fault = new IdentityProviderUnavailableError('https://issuer.example', 'no answer');
    door.answer = fault;
    door.changed();
    await reader.untilEnd();
    expect(faults).toEqual([fault]);
  });
});

describe('a shutdown', () => {
  it('ends every stream, and those that still come', async () => {
    const { connections, open } = await served();
    const reader = await open();
    await reader.untilCaughtUp();
    await connections.onModuleDestroy();
    await reader.untilEnd();
    const late = await open();
    await late.untilEnd();
    expect([connections.size, faults]).toEqual([0, []]);
  });
});
