import { describe, expect, it } from 'vitest';
import { DeliverySlots } from '../../../src/webhooks/deliveries/delivery-slots.js';
import type { SlotLimits } from '../../../src/webhooks/deliveries/delivery-slots.js';

/** Work that goes on until it is let go. */
class Jobs {
  readonly begun: string[] = [];
  readonly #running = new Map<string, () => void>();
  readonly #ends: Promise<unknown>[] = [];

  constructor(private readonly slots: DeliverySlots) {}

  start(lane: 'quick' | 'slow', workspace: string, name: string, signal = new AbortController().signal): Promise<void> {
    const run = this.slots.run(lane, workspace, signal, () => {
      this.begun.push(name);
      return new Promise<void>((resolve) => this.#running.set(name, resolve));
    });
    this.#ends.push(run.catch(() => undefined));
    return run;
  }

  async end(name: string): Promise<void> {
    this.#running.get(name)?.();
    await turn();
  }

  async endAll(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      for (const name of this.#running.keys()) await this.end(name);
    }
    await Promise.all(this.#ends);
  }
}

const slotsOf = (limits: SlotLimits) => new DeliverySlots({ quick: limits, slow: limits });

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('places for messages under way', () => {
  it('are bounded, and are taken by workspaces in turn', async () => {
    const jobs = new Jobs(slotsOf({ total: 2, perWorkspace: 2 }));
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2']) void jobs.start('quick', name.charAt(0), name);
    await turn();
    expect(jobs.begun).toEqual(['a1', 'a2']);
    for (const name of ['a1', 'a2', 'a3', 'b1']) await jobs.end(name);
    expect(jobs.begun).toEqual(['a1', 'a2', 'a3', 'b1', 'a4', 'b2']);
    await jobs.endAll();
  });

  it('are bounded for each workspace', async () => {
    const jobs = new Jobs(slotsOf({ total: 3, perWorkspace: 1 }));
    for (const name of ['a1', 'a2', 'b1', 'c1', 'd1']) void jobs.start('quick', name.charAt(0), name);
    await turn();
    expect(jobs.begun).toEqual(['a1', 'b1', 'c1']);
    await jobs.end('b1');
    expect(jobs.begun.at(-1)).toBe('d1');
    await jobs.end('a1');
    expect(jobs.begun.at(-1)).toBe('a2');
    await jobs.endAll();
  });

  it('in the slow lane keep nobody of the quick one waiting', async () => {
    const jobs = new Jobs(slotsOf({ total: 1, perWorkspace: 1 }));
    for (const name of ['s1', 's2']) void jobs.start('slow', 'a', name);
    void jobs.start('quick', 'a', 'q1');
    await turn();
    expect(jobs.begun).toEqual(['s1', 'q1']);
    await jobs.endAll();
    expect(jobs.begun).toEqual(['s1', 'q1', 's2']);
  });

  it('are not held for who gives up', async () => {
    const jobs = new Jobs(slotsOf({ total: 1, perWorkspace: 1 }));
    const abort = new AbortController();
    void jobs.start('quick', 'a', 'a1');
    const given = jobs.start('quick', 'a', 'a2', abort.signal);
    void jobs.start('quick', 'b', 'b1');
    abort.abort();
    await expect(given).rejects.toThrow('aborted');
    await jobs.end('a1');
    expect(jobs.begun).toEqual(['a1', 'b1']);
    await expect(jobs.start('quick', 'a', 'a3', abort.signal)).rejects.toThrow('aborted');
    await jobs.endAll();
  });

  it('are given back by work that fails', async () => {
    const slots = slotsOf({ total: 1, perWorkspace: 1 });
    const { signal } = new AbortController();
    await expect(slots.run('quick', 'a', signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run('quick', 'a', signal, () => Promise.resolve('yes'))).toBe('yes');
  });
});
