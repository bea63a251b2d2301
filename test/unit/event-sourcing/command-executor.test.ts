import { describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { CommandIdReusedError, CorruptEventError, StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import type { Json } from '../../../src/event-sourcing/json.js';
import type { SnapshotStore } from '../../../src/event-sourcing/snapshot-store.js';
import { aContext } from '../../support/command-context.js';
import { LogScanningCommandLog } from '../../support/log-scanning.command-log.js';
import { tallyExecutor, wrapped } from '../../support/tally.executor.js';
import type { TallyCommand } from '../../support/tally.js';

class MapSnapshots implements SnapshotStore {
  readonly kept = new Map<string, { revision: bigint; state: Json }>();

  load(stream: string, version: string) {
    return Promise.resolve(this.kept.get(`${version} ${stream}`));
  }

  save(stream: string, version: string, revision: bigint, state: Json) {
    this.kept.set(`${version} ${stream}`, { revision, state });
    return Promise.resolve();
  }
}

function raise(): never {
  throw new TypeError('no such node');
}

const add = (amount: number): TallyCommand => ({ type: 'Add', amount });

describe('deciding and appending', () => {
  it('appends what was decided and answers where it ended', async () => {
    const store = new InMemoryEventStore();
    const executor = tallyExecutor(store);
    const outcome = await executor.execute('tally-1', { type: 'AddTwice', amount: 2 }, aContext({ reason: 'because' }));
    const written = await store.readStream('tally-1');
    expect(outcome).toEqual({ kind: 'accepted', stream: 'tally-1', revision: 1n, position: written[1]?.position });
    expect(written.map((event) => event.data)).toEqual([{ amount: 2 }, { amount: 2 }]);
    expect(written[0]?.metadata).toMatchObject({ reason: 'because', principal: 'user:tester', schemaVersion: 1 });
  });

  it('writes nothing for a rejection or for what is already so', async () => {
    const store = new InMemoryEventStore();
    const executor = tallyExecutor(store);
    await executor.execute('tally-1', { type: 'Limit', limit: 5 }, aContext());
    expect(await executor.execute('tally-1', add(6), aContext())).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'full' },
    });
    expect(await executor.execute('tally-1', { type: 'Limit', limit: 5 }, aContext())).toMatchObject({
      kind: 'already-so',
      revision: 0n,
    });
    expect(await store.readAll()).toHaveLength(1);
  });

  it('decides commands on one stream one upon another, without losing any', async () => {
    const store = new InMemoryEventStore();
    const executor = tallyExecutor(store);
    await executor.execute('tally-1', { type: 'Limit', limit: 50 }, aContext());
    const outcomes = await Promise.all(
      Array.from({ length: 80 }, () => executor.execute('tally-1', add(1), aContext())),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'accepted')).toHaveLength(50);
    expect((await executor.load('tally-1')).state.total).toBe(50);
    expect(await store.readStream('tally-1')).toHaveLength(51);
  });

  it.each([1, 2, 3])('agrees with other writers on the same streams (run %i)', async () => {
    const store = new InMemoryEventStore();
    const nodes = [
      tallyExecutor(store, { soleWriter: false }),
      tallyExecutor(store, { soleWriter: false }),
      tallyExecutor(store, { soleWriter: false }),
    ];
    await nodes[0]?.execute('tally-1', { type: 'Limit', limit: 40 }, aContext());
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        (nodes[index % nodes.length] ?? raise()).execute('tally-1', add(1), aContext()),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'accepted')).toHaveLength(40);
    for (const node of nodes) expect((await node.load('tally-1')).state.total).toBe(40);
  });

  it('stops at an event whose type it does not know', async () => {
    const store = new InMemoryEventStore();
    const { commandId: id, ...context } = aContext({ commandId: '7f9c24e5-1fb0-4b61-a1f7-5c8c3df6a0b1' });
    await store.append('tally-1', 'no-stream', [
      { id, type: 'Halved', data: {}, metadata: { ...context, commandId: id, schemaVersion: 1 } },
    ]);
    await expect(tallyExecutor(store).execute('tally-1', add(1), aContext())).rejects.toThrow(CorruptEventError);
  });
});

describe('one effect per command id', () => {
  it('gives a repeated command the answer of its first run', async () => {
    const store = new InMemoryEventStore();
    const executor = tallyExecutor(store);
    const context = aContext({ commandId: 'client/1' });
    const first = await executor.execute('tally-1', add(1), context);
    await executor.execute('tally-1', add(1), aContext());
    expect(await executor.execute('tally-1', add(1), context)).toEqual(first);
    expect(await tallyExecutor(store).execute('tally-1', add(1), context)).toEqual(first);
    expect(await store.readAll()).toHaveLength(2);
  });

  it('lets two that arrive at once have one effect and one answer', async () => {
    const store = new InMemoryEventStore();
    const executor = tallyExecutor(store);
    const context = aContext({ commandId: 'client/1' });
    const [first, ...others] = await Promise.all(
      Array.from({ length: 10 }, () => executor.execute('tally-1', add(1), context)),
    );
    for (const other of others) expect(other).toEqual(first);
    expect(await store.readAll()).toHaveLength(1);
  });

  it('lets two that arrive at once at different nodes have one effect', async () => {
    const store = new InMemoryEventStore();
    const context = aContext({ commandId: 'client/1' });
    const nodes = Array.from({ length: 5 }, () => tallyExecutor(store, { soleWriter: false }));
    const [first, ...others] = await Promise.all(nodes.map((node) => node.execute('tally-1', add(1), context)));
    for (const other of others) expect(other).toEqual(first);
    expect(await store.readAll()).toHaveLength(1);
  });

  it('remembers beyond what the fold keeps, after a restart too', async () => {
    const store = new InMemoryEventStore();
    const executor = tallyExecutor(store);
    const context = aContext({ commandId: 'client/1' });
    const first = await executor.execute('tally-1', add(1), context);
    for (let i = 0; i < 3_000; i++) await executor.execute('tally-1', add(1), aContext());
    expect(await executor.execute('tally-1', add(1), context)).toEqual(first);
    expect(await tallyExecutor(store).execute('tally-1', add(1), context)).toEqual(first);
    expect((await executor.load('tally-1')).state.total).toBe(3_001);
  });

  it('refuses an id that was used on another stream', async () => {
    const executor = tallyExecutor(new InMemoryEventStore());
    const context = aContext({ commandId: 'client/1' });
    await executor.execute('tally-1', add(1), context);
    await expect(executor.execute('tally-2', add(1), context)).rejects.toThrow(CommandIdReusedError);
  });

  it('refuses an id that was used for another command on the same stream, however long ago', async () => {
    const store = new InMemoryEventStore();
    const executor = tallyExecutor(store);
    const context = aContext({ commandId: 'client/1', repeatable: true });
    const first = await executor.execute('tally-1', { type: 'AddTwice', amount: 1 }, context);
    const others: readonly TallyCommand[] = [add(1), { type: 'AddTwice', amount: 2 }, { type: 'Limit', limit: 9 }];
    const refused = async (): Promise<void> => {
      for (const other of others)
        await expect(executor.execute('tally-1', other, context)).rejects.toThrow(CommandIdReusedError);
      expect(await executor.execute('tally-1', { type: 'AddTwice', amount: 1 }, context)).toEqual(first);
    };
    await refused();
    for (let i = 0; i < 100; i++) await executor.execute('tally-1', add(1), aContext());
    await refused();
    expect((await executor.load('tally-1')).state).toMatchObject({ total: 102, limit: Number.MAX_SAFE_INTEGER });
  });

  it('takes an id made here for its first event, and refuses to have such an id sent again', async () => {
    const store = new InMemoryEventStore();
    const commandId = '6f1d7a44-9c55-4d10-9a5e-0c6f1f7f0001';
    await tallyExecutor(store).execute(
      'tally-1',
      { type: 'Add', amount: 1 },
      aContext({ commandId, repeatable: false }),
    );
    expect(await store.readStream('tally-1')).toMatchObject([{ id: commandId }]);
    await expect(
      tallyExecutor(store).execute('tally-1', { type: 'Add', amount: 1 }, aContext({ commandId, repeatable: true })),
    ).rejects.toThrow('does not say who chose it');
  });

  it('decides a rejected command again: a rejection is not remembered', async () => {
    const executor = tallyExecutor(new InMemoryEventStore());
    await executor.execute('tally-1', { type: 'Limit', limit: 0 }, aContext());
    const context = aContext({ commandId: 'client/1' });
    expect((await executor.execute('tally-1', add(1), context)).kind).toBe('rejected');
    await executor.execute('tally-1', { type: 'Limit', limit: 1 }, aContext());
    expect((await executor.execute('tally-1', add(1), context)).kind).toBe('accepted');
  });
});

describe('a store that fails in between', () => {
  it('answers the failed command with the fault and decides what followed on what is really there', async () => {
    const inner = new InMemoryEventStore();
    let failing = 0;
    const store = wrapped(inner, {
      append: (stream, expected, events) =>
        failing-- > 0 ? Promise.reject(new StoreUnavailableError('disk full')) : inner.append(stream, expected, events),
    });
    const executor = tallyExecutor(store);
    await executor.execute('tally-1', { type: 'Limit', limit: 1 }, aContext());
    failing = 1;
    const [lost, next] = await Promise.allSettled([
      executor.execute('tally-1', add(1), aContext()),
      executor.execute('tally-1', add(1), aContext()),
    ]);
    expect(lost).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailableError' } });
    expect(next).toMatchObject({ status: 'fulfilled', value: { kind: 'accepted', revision: 1n } });
  });
});

describe('snapshots', () => {
  async function grown(snapshots: SnapshotStore) {
    const store = new InMemoryEventStore();
    const executor = tallyExecutor(store, { snapshots });
    const early = aContext({ commandId: 'client/early' });
    await executor.execute('tally-1', add(1), early);
    for (let i = 0; i < 1_200; i++) await executor.execute('tally-1', add(1), aContext());
    const late = aContext({ commandId: 'client/late' });
    const answered = await executor.execute('tally-1', add(1), late);
    return { store, early, late, answered };
  }

  it('start a cold stream from the newest snapshot, recent commands included', async () => {
    const snapshots = new MapSnapshots();
    const { store, late, answered } = await grown(snapshots);
    expect([...snapshots.kept.values()][0]?.revision).toBeGreaterThanOrEqual(999n);
    const froms: (bigint | undefined)[] = [];
    const reader = wrapped(store, {
      readStream: (stream, options) => {
        froms.push(options?.from);
        return store.readStream(stream, options);
      },
    });
    const cold = tallyExecutor(reader, { snapshots, commandLog: new LogScanningCommandLog(store) });
    expect((await cold.load('tally-1')).state.total).toBe(1_202);
    expect(froms.every((from) => from !== undefined && from >= 999n)).toBe(true);
    expect(await cold.execute('tally-1', add(1), late)).toEqual(answered);
  });

  it('are done without when they cannot be read', async () => {
    const snapshots = new MapSnapshots();
    const { store } = await grown(snapshots);
    for (const kept of snapshots.kept.values()) kept.state = { nonsense: true };
    const faults: unknown[] = [];
    const cold = tallyExecutor(store, { snapshots, onSnapshotFault: (fault) => faults.push(fault) });
    expect((await cold.load('tally-1')).state.total).toBe(1_202);
    expect(faults).toHaveLength(1);
  });
});
