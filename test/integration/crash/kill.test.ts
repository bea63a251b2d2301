import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { Kills } from '../../support/world.kills.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(() => directory.remove());

it('a service killed under load loses nothing it answered and does nothing twice', { timeout: 240_000 }, async () => {
  const kills = await Kills.prepare({ directory: directory.path, clients: 8, life: [200, 1_200] });
  for (let round = 0; round < 4; round++) {
    await kills.round();
    if (round === 1) await kills.stillborn();
    if (round !== 2) await kills.look({ verified: round === 3 });
    expect(kills.faults).toEqual([]);
  }
  expect(kills.tally.accepted).toBeGreaterThan(20);
  expect(kills.tally.unanswered).toBeGreaterThan(0);
});
