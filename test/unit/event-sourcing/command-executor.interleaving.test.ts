import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { readMetadata } from '../../../src/event-sourcing/codec.js';
import type { CommandOutcome } from '../../../src/event-sourcing/command.js';
import type { CommandLog } from '../../../src/event-sourcing/command-log.js';
import type { AppendResult, EventStore } from '../../../src/event-sourcing/event-store.js';
import { StoreUnavailableError, TooMuchContentionError } from '../../../src/event-sourcing/faults.js';
import { aContext } from '../../support/command-context.js';
import { LogScanningCommandLog } from '../../support/log-scanning.command-log.js';
import { gate } from '../../support/read-model/waiting.js';
import { tallyExecutor, wrapped } from '../../support/tally.executor.js';
import { tally, tallyCodec } from '../../support/tally.js';
import type { TallyCommand, TallyState } from '../../support/tally.js';

const add = (amount: number): TallyCommand => ({ type: 'Add', amount });
const limit = (most: number): TallyCommand => ({ type: 'Limit', limit: most });

/** Does an append in its turn, or not, or does it and then fails. */
type Appending = (append: () => Promise<AppendResult>) => Promise<AppendResult>;

/** A store that takes appends one after another, as one that writes in groups does. */
function inOrder(inner: EventStore, appending: Appending): EventStore {
  let last: Promise<unknown> = Promise.resolve();
  return wrapped(inner, {
    append(stream, expected, events) {
      const turn = last.then(() => appending(() => inner.append(stream, expected, events)));
      last = turn.catch(() => undefined);
      return turn;
    },
    async readStream(stream, options) {
      await nextTurn();
      return inner.readStream(stream, options);
    },
  });
}

/** What the stream has come to, event by event. */
async function states(store: EventStore, stream: string): Promise<readonly TallyState[]> {
  const all: TallyState[] = [tally.decider.initial];
  for (const recorded of await store.readStream(stream, { limit: 10_000 })) {
    const event = tallyCodec.decode(recorded);
    const before = all.at(-1);
    if (event === undefined || before === undefined) throw new TypeError(`what is ${recorded.type}?`);
    all.push(tally.decider.evolve(before, event));
  }
  return all;
}

const allowed = ({ total, limit: most }: TallyState): boolean => total <= most;

describe('commands that are decided one upon another', () => {
  it('never stand on a state that has been forgotten and read again meanwhile', async () => {
    const store = new InMemoryEventStore();
    const { passed, open } = gate();
    const commandLog: CommandLog = {
      async find(commandId) {
        if (commandId.startsWith('slow')) await passed;
        return undefined;
      },
    };
    const executor = tallyExecutor(store, { commandLog, cacheWeight: 1 });
    await executor.execute('tally-1', limit(2), aContext());
    const slow = [1, 2].map((n) => executor.execute('tally-1', add(1), aContext({ commandId: `slow/${n}` })));
    await executor.load('tally-2');
    expect((await executor.execute('tally-1', add(2), aContext())).kind).toBe('accepted');
    open();
    expect((await Promise.all(slow)).map(({ kind }) => kind)).toEqual(['rejected', 'rejected']);
    expect((await states(store, 'tally-1')).filter((state) => !allowed(state))).toEqual([]);
  });

  it('wait for what was decided on a state that has lost its ground, before the stream is read again', async () => {
    const inner = new InMemoryEventStore();
    const { passed, open } = gate();
    let appends = 0;
    const store = inOrder(inner, async (append) => {
      appends += 1;
      if (appends === 3) await passed;
      const result = await append();
      if (appends === 2) throw new StoreUnavailableError('it is not known whether this was written');
      return result;
    });
    const executor = tallyExecutor(store);
    await executor.execute('tally-1', limit(3), aContext());
    const unknown = executor.execute('tally-1', add(1), aContext());
    const upon = executor.execute('tally-1', add(2), aContext());
    await expect(unknown).rejects.toThrow(StoreUnavailableError);
    const later = [1, 2].map(() => executor.execute('tally-1', add(1), aContext()));
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    open();
    expect((await upon).kind).toBe('accepted');
    expect((await Promise.all(later)).map(({ kind }) => kind)).toEqual(['rejected', 'rejected']);
    expect((await states(inner, 'tally-1')).at(-1)).toEqual({ total: 3, limit: 3 });
  });

  it('have one effect each and are justified by what was durable, whatever fails and is forgotten', async () => {
    const command = fc.oneof(
      fc.integer({ min: 1, max: 3 }).map(add),
      fc.integer({ min: 1, max: 3 }).map((amount): TallyCommand => ({ type: 'AddTwice', amount })),
      fc.integer({ min: 5, max: 40 }).map(limit),
    );
    const sent = fc.record({ command, stream: fc.constantFrom('a', 'b', 'c'), again: fc.nat({ max: 12 }) });
    const fate = fc.constantFrom('well', 'well', 'well', 'well', 'well', 'not done', 'done, not answered');
    const work = fc.record({
      waves: fc.array(fc.array(sent, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 }),
      fates: fc.array(fate, { minLength: 1, maxLength: 40 }),
      cacheWeight: fc.constantFrom(1, 40, 200_000),
    });
    await fc.assert(
      fc.asyncProperty(work, async ({ waves, fates, cacheWeight }) => {
        const inner = new InMemoryEventStore();
        let appends = 0;
        const store = inOrder(inner, async (append) => {
          const what = fates[appends++ % fates.length];
          for (let turn = 0; turn < appends % 3; turn++) await nextTurn();
          if (what === 'not done') throw new StoreUnavailableError('the disk is full');
          const result = await append();
          if (what === 'done, not answered') throw new StoreUnavailableError('the connection broke');
          return result;
        });
        const executor = tallyExecutor(store, { cacheWeight, commandLog: new LogScanningCommandLog(inner) });
        const earlier: { readonly id: string; readonly stream: string; readonly command: TallyCommand }[] = [];
        for (const wave of waves) {
          const answers = wave.map(async ({ again, ...fresh }) => {
            const one = earlier[earlier.length - 1 - again] ?? { ...fresh, id: `command/${earlier.length}` };
            earlier.push(one);
            const before = await states(inner, one.stream);
            const answer = await executor
              .execute(one.stream, one.command, aContext({ commandId: one.id }))
              .catch(unlessUnavailable);
            if (answer !== undefined) await justify(inner, one, before.length, answer);
          });
          await Promise.all(answers);
        }
        for (const stream of ['a', 'b', 'c']) {
          expect((await executor.load(stream)).state).toEqual((await states(inner, stream)).at(-1));
        }
      }),
      { numRuns: 150 },
    );
  });
});

function unlessUnavailable(fault: unknown): undefined {
  if (!(fault instanceof StoreUnavailableError) && !(fault instanceof TooMuchContentionError)) throw fault;
}

/** An accepted command is in the log where it says, once; any other answer follows from a state that was durable while it ran. */
async function justify(
  store: EventStore,
  { id, stream, command }: { readonly id: string; readonly stream: string; readonly command: TallyCommand },
  before: number,
  answer: CommandOutcome,
): Promise<void> {
  const recorded = await store.readStream(stream, { limit: 10_000 });
  const own = recorded.filter((event) => readMetadata(event).commandId === id);
  const decisions = (await states(store, stream))
    .slice(before - 1)
    .map((state) => tally.decider.decide(command, state));
  if (answer.kind !== 'accepted') {
    expect(decisions.map(({ kind }) => kind)).toContain(answer.kind);
    return;
  }
  expect(own.at(-1)?.revision).toBe(answer.revision);
  expect(own).toHaveLength(command.type === 'AddTwice' ? 2 : 1);
}
