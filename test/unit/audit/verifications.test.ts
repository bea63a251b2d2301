import { describe, expect, it } from 'vitest';
import { Verifications } from '../../../src/audit/verifications.js';
import type { Verification } from '../../../src/audit/verifications.js';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';

/** A verification that goes on until it is told to end. */
function endless(): { readonly verification: Verification; readonly cleanups: () => number } {
  let cleanups = 0;
  return {
    cleanups: () => cleanups,
    async *verification({ signal }) {
      try {
        for (let events = 1; ; events++) {
          await Promise.resolve();
          signal.throwIfAborted();
          yield { kind: 'progress', phase: 'replaying', events, of: events, position: String(events) };
        }
      } finally {
        await Promise.resolve();
        cleanups += 1;
      }
    },
  };
}

const nobodyLeaves = new AbortController().signal;
const running = { code: 'verification-running', category: 'conflict' };

describe('verifications', () => {
  it('run one at a time, and the next one when the first has been left', async () => {
    const { verification, cleanups } = endless();
    const verifications = new Verifications(verification);
    const first = verifications.run(nobodyLeaves);
    expect(await first.next()).toMatchObject({ value: { events: 1 } });
    await expect(verifications.run(nobodyLeaves).next()).rejects.toMatchObject({ rejection: running });
    expect(await first.next()).toMatchObject({ value: { events: 2 } });
    await first.return();
    expect(cleanups()).toBe(1);
    expect(await verifications.run(nobodyLeaves).next()).toMatchObject({ value: { events: 1 } });
  });

  it('make room when one fails', async () => {
    const { verification } = endless();
    const leaving = new AbortController();
    const verifications = new Verifications(verification);
    const first = verifications.run(leaving.signal);
    await first.next();
    leaving.abort(new Error('gone'));
    await expect(first.next()).rejects.toThrow('gone');
    expect(await verifications.run(nobodyLeaves).next()).toMatchObject({ value: { events: 1 } });
  });

  it('are broken off when the service ends, and cleaned up by then', async () => {
    const { verification, cleanups } = endless();
    const verifications = new Verifications(verification);
    const first = verifications.run(nobodyLeaves);
    await first.next();
    const ended = verifications.onModuleDestroy();
    await expect(first.next()).rejects.toThrow(StoreUnavailableError);
    await ended;
    expect(cleanups()).toBe(1);
  });

  it('need no breaking off when none runs', async () => {
    await expect(new Verifications(endless().verification).onModuleDestroy()).resolves.toBeUndefined();
  });
});
