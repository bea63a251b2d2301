import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Projection } from '../../../src/event-sourcing/projection.js';
import { ManualClock } from '../../support/manual-clock.js';
import { SubscriberRig, until } from '../../support/read-model/subscriber-rig.js';
import { appendTally, tallyProjection } from '../../support/read-model/tally-projection.js';

describe('a subscriber that lets events gather', () => {
  let rig: SubscriberRig;
  let clock: ManualClock;
  let batches: number[];

  beforeEach(async () => {
    rig = await SubscriberRig.open();
    clock = new ManualClock();
    batches = [];
  });

  afterEach(async () => {
    await rig.close();
  });

  function gathering(): Projection {
    const tallies = tallyProjection();
    return {
      ...tallies,
      gatherMs: 100,
      project: (batch, rows) => {
        batches.push(batch.length);
        return tallies.project(batch, rows);
      },
    };
  }

  async function live() {
    const host = rig.host([gathering()], { clock });
    await host.start();
    await until(() => host.statuses()[0]?.state === 'live' && clock.timers > 0);
    return host;
  }

  it('projects in one batch what came within the time', async () => {
    const host = await live();
    for (let n = 0; n < 5; n++) await appendTally(rig.events, 'tally-0', 1);
    clock.advance(99);
    await new Promise(setImmediate);
    expect(batches).toEqual([]);
    clock.advance(1);
    await until(() => host.statuses()[0]?.eventsProcessed === 5);
    expect(batches).toEqual([5]);
    expect(await rig.totals()).toEqual({ 'tally-0': 5 });
  });

  it('hurries when somebody waits, as often as somebody waits', async () => {
    const host = await live();
    for (let n = 1; n <= 3; n++) {
      const position = await appendTally(rig.events, 'tally-0', 1);
      expect(await host.waitFor(position)).toBe(true);
      expect(await rig.totals()).toEqual({ 'tally-0': n });
    }
    expect(batches).toEqual([1, 1, 1]);
  });

  it('catches up without pauses', async () => {
    for (let n = 0; n < 7; n++) await appendTally(rig.events, 'tally-0', 1);
    const host = rig.host([gathering()], { clock, tuning: { batchSize: 2 } });
    await host.start();
    await until(() => host.statuses()[0]?.eventsProcessed === 7);
    expect(batches).toEqual([2, 2, 2, 1]);
  });

  it('stops without waiting for the time, and loses nothing', async () => {
    const host = await live();
    await appendTally(rig.events, 'tally-0', 1);
    await host.stop();
    const next = rig.host([gathering()]);
    await next.start();
    await until(() => next.statuses()[0]?.eventsProcessed === 1);
    expect(await rig.totals()).toEqual({ 'tally-0': 1 });
  });
});
