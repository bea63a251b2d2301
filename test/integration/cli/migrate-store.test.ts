import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InterruptedError } from '../../../src/cli/cli-error.js';
import type { EventStore, ExpectedRevision } from '../../../src/event-sourcing/event-store.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import { lockDataDirectory } from '../../../src/event-store/data-directory-lock.js';
import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { SqliteEventStore } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { anEvent, events, idsOf, plain, wholeLog } from '../../support/event-store/events.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { EventStoreDbServer } from '../../support/eventstoredb/server.js';
import { runHere } from './support/run-here.js';

const categories = ['account-', 'workspace-', 'image-'];
const cli = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

describe('migrate-store', { timeout: 90_000 }, () => {
  let server: EventStoreDbServer;
  let directory: { readonly path: string; remove(): Promise<void> };

  beforeEach(async () => {
    server = await EventStoreDbServer.start({});
    directory = await temporaryDirectory();
  });

  afterEach(async () => {
    await server.stop();
    await directory.remove();
  });

  const place = (name: string): string => join(directory.path, name);

  async function inDirectory<T>(name: string, work: (store: SqliteEventStore) => Promise<T>): Promise<T> {
    const store = await SqliteEventStore.open({ directory: place(name) });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  async function onServer<T>(prefix: string, work: (store: EventStoreDbEventStore) => Promise<T>): Promise<T> {
    const store = await EventStoreDbEventStore.open({ connectionString: server.connectionString, categories, prefix });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  const migrate = (from: string, to: string, ...options: string[]) =>
    runHere(['migrate-store', '--from', from, '--to', to, ...options], { env: { NO_COLOR: '1' } });

  /** All of an event but its place in the one store or the other. */
  const facts = (log: readonly RecordedEvent[]) =>
    log.map((event) => {
      const { id, type, stream, revision, data, metadata } = plain(event);
      return { id, type, stream, revision, data, metadata };
    });

  /** Streams that take turns, some events together and some alone. */
  async function write(store: EventStore, appends: number): Promise<void> {
    const revisions = new Map<string, ExpectedRevision>();
    for (let n = 0; n < appends; n++) {
      const stream = ['account-a', 'workspace-w', `image-w/sandbox/i${n % 7}`][(n * 5) % 3] ?? '';
      const result = await store.append(
        stream,
        revisions.get(stream) ?? 'no-stream',
        Array.from({ length: 1 + (n % 3) }, (_, part) =>
          anEvent(
            { n, part, text: 'grüße 🏷️', number: 1e300, nothing: null },
            { metadata: { ...anEvent().metadata, reason: `because ${n}`, actor: 'service-account:a' } },
          ),
        ),
      );
      if (result.kind === 'appended') revisions.set(stream, result.revision);
    }
  }

  it('copies a data directory to a server and back, with all there is to an event, and says that it is the same', async () => {
    await inDirectory('data', (store) => write(store, 120));
    const there = await migrate(place('data'), server.connectionString, '--to-prefix', 'moved/');
    expect(there.stderr).toBe('');
    expect(there.code).toBe(0);
    expect(there.stdout).toMatch(/^copied 240 events .*both stores hold the same 240 events/);
    const [source, target] = there.stdout.match(/sha256 [0-9a-f]{64}/g) ?? [];
    expect(source).toBe(target);

    const back = await migrate(
      server.connectionString,
      place('back'),
      '--from-prefix',
      'moved/',
      '--quiet',
      '-o',
      'json',
    );
    expect(JSON.parse(back.stdout)).toMatchObject({ events: 240, copied: 240 });
    const original = await inDirectory('data', wholeLog);
    expect(facts(await onServer('moved/', wholeLog))).toEqual(facts(original));
    expect(facts(await inDirectory('back', wholeLog))).toEqual(facts(original));
    const ids = await Promise.all(
      ['data', 'back'].map((name) => inDirectory(name, ({ storeId }) => Promise.resolve(storeId))),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('copies nothing of an empty store, and nothing a second time', async () => {
    await inDirectory('data', () => Promise.resolve());
    expect((await migrate(place('data'), server.connectionString)).stdout).toContain('copied 0 events');
    await inDirectory('data', (store) => write(store, 10));
    expect((await migrate(place('data'), server.connectionString)).stdout).toContain('copied 19 events');
    const again = await migrate(place('data'), server.connectionString);
    expect(again.stdout).toMatch(/copied 0 events .*the same 19 events/);
  });

  it('is taken up where it was killed', async () => {
    await inDirectory('data', (store) => write(store, 701));
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', cli, 'migrate-store', '--from', place('data'), '--to', server.connectionString],
      { stdio: 'ignore' },
    );
    const ended = once(child, 'exit');
    await vi.waitFor(
      () => {
        expect(server.database.length).toBeGreaterThan(300);
      },
      { timeout: 30_000, interval: 5 },
    );
    child.kill('SIGKILL');
    await ended;
    const before = (await onServer('', wholeLog)).length;
    expect(before).toBeGreaterThan(200);
    expect(before).toBeLessThan(1_401);

    const { stdout } = await migrate(place('data'), server.connectionString, '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ events: 1_401, copied: 1_401 - before });
    expect(facts(await onServer('', wholeLog))).toEqual(facts(await inDirectory('data', wholeLog)));
  });

  it('says how to go on when it is interrupted', async () => {
    await inDirectory('data', (store) => write(store, 1_200));
    const aborter = new AbortController();
    const off = server.database.onWrite(() => {
      if (server.database.length > 1_200) aborter.abort(new InterruptedError('SIGINT'));
    });
    const first = await runHere(['migrate-store', '--from', place('data'), '--to', server.connectionString], {
      signal: aborter.signal,
    });
    off();
    expect(first.code).toBe(130);
    expect(first.stderr).toContain('Run the same command again to go on from there');
    const again = await migrate(place('data'), server.connectionString);
    expect(again.stdout).toContain('the same 2400 events');
  });

  it('refuses a target that holds other events, and names the place', async () => {
    await inDirectory('data', (store) => write(store, 20));
    await migrate(place('data'), place('copy'));
    await inDirectory('other', async (store) => {
      const copied = await inDirectory('copy', wholeLog);
      for (const { stream, revision, id, type } of copied.slice(0, 5)) {
        const changed = anEvent({ forged: true }, { id, type });
        await store.append(stream, revision === 0n ? 'no-stream' : revision - 1n, [changed]);
      }
    });
    const differs = await migrate(place('data'), place('other'));
    expect(differs.code).toBe(1);
    expect(differs.stderr).toMatch(/differs from the source after 0 events, in data, metadata: .*position 0{15}1/);
    expect(await inDirectory('other', wholeLog)).toHaveLength(5);

    await inDirectory('copy', (store) => store.append('image-own', 'no-stream', events(1)));
    const longer = await migrate(place('data'), place('copy'));
    expect(longer.code).toBe(1);
    expect(longer.stderr).toMatch(/the target goes on where the source ends, after 39 events: .*image-own, revision 0/);
  });

  it('stops when somebody else writes to the target', async () => {
    await inDirectory('data', (store) => write(store, 1_000));
    await onServer('', async (other) => {
      let written: Promise<unknown> | undefined;
      const off = server.database.onWrite(() => {
        if (server.database.length > 300) written ??= other.append('image-intruder', 'no-stream', events(1));
      });
      const { code, stderr } = await migrate(place('data'), server.connectionString);
      off();
      await written;
      expect(code).toBe(1);
      expect(stderr).toMatch(/somebody else (has written|writes) to/);
      expect(stderr).not.toContain('both stores hold');
    });
  });

  it('leaves a data directory alone that a service runs on, and what is none', async () => {
    await inDirectory('data', (store) => write(store, 3));
    const lock = await lockDataDirectory(place('data'));
    const used = await migrate(place('data'), server.connectionString);
    expect(used.code).toBe(1);
    expect(used.stderr).toContain('is in use by');
    lock.release();
    expect((await migrate(place('nothing'), server.connectionString)).stderr).toContain('there is no event store in');
    expect((await migrate(place('data'), place('data'))).stderr).toContain('is in use by');
    expect((await migrate(server.connectionString, server.connectionString)).stderr).toContain('the same event store');
    const prefixed = await migrate(place('data'), place('copy'), '--to-prefix', 'x');
    expect(prefixed.code).toBe(2);
  });

  it('stops at an event that is none of ours, and at a stream whose beginning was deleted', async () => {
    await onServer('', async (store) => {
      await store.append('image-a', 'no-stream', events(2));
    });
    const raw = { id: crypto.randomUUID(), type: 'X', contentType: 'application/json', metadata: Buffer.from('{}') };
    server.database.append('image-b', 'any', [{ ...raw, data: Buffer.from('{"half') }]);
    const broken = await migrate(server.connectionString, place('one'));
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/event X at position \d{20}e \(stream image-b, revision 0\) cannot be read/);

    const other = await EventStoreDbServer.start({});
    const store = await EventStoreDbEventStore.open({ connectionString: other.connectionString, categories });
    await store.append('image-a', 'no-stream', events(2));
    other.database.softDelete('image-a', 'any');
    await store.append('image-a', 1n, events(1));
    await store.close();
    other.database.scavenge();
    const { stderr } = await migrate(other.connectionString, place('two'));
    expect(stderr).toContain('the stream image-a of the source begins at revision 2');
    await other.stop();
  });

  it('makes the same log of any log', async () => {
    const json = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 4,
      noNullPrototype: true,
    });
    const appends = fc.array(fc.record({ stream: fc.nat(3), data: fc.array(json, { minLength: 1, maxLength: 4 }) }), {
      maxLength: 25,
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(appends, async (plan) => {
        run += 1;
        const [there, back] = [`there-${run}/`, `back-${run}`];
        const name = `log-${run}`;
        await inDirectory(name, async (store) => {
          const revisions = new Map<number, bigint>();
          for (const { stream, data } of plan) {
            const expected = revisions.get(stream) ?? 'no-stream';
            const appended = data.map((one) => anEvent(JSON.parse(JSON.stringify(one)) as Record<string, never>));
            const result = await store.append(`image-${stream}`, expected, appended);
            if (result.kind === 'appended') revisions.set(stream, result.revision);
          }
        });
        await migrate(place(name), server.connectionString, '--to-prefix', there);
        await migrate(server.connectionString, place(back), '--from-prefix', there);
        const [original, copied] = [await inDirectory(name, wholeLog), await inDirectory(back, wholeLog)];
        expect(idsOf(copied)).toEqual(idsOf(original));
        expect(facts(copied)).toEqual(facts(original));
      }),
      { numRuns: 5 },
    );
  });
});
