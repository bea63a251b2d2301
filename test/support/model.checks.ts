import { isDeepStrictEqual } from 'node:util';
import { expected, seen } from './model.catalog.js';
import { readSlots, unsettled } from './model.log.js';
import type { LogReading } from './model.log.js';
import type { World } from './world.js';

/** What a look at a whole world came to. */
export interface Inspection {
  readonly reading: LogReading;
  /** Everything that is not as it should be. */
  readonly faults: readonly string[];
}

/**
 * Waits until everything has settled and looks for what must not be: a log that contradicts itself, a share or a
 * deployment in half, and a catalog that shows one of these workspaces something else than the log says.
 */
export async function inspect(world: World, workspaces: readonly string[]): Promise<Inspection> {
  await world.settled();
  const reading = readSlots(await world.log());
  const faults = [...reading.contradictions, ...unsettled(reading)];
  for (const workspace of workspaces) {
    const [shown, said] = [await seen(world, workspace), expected(reading, workspace)];
    if (!isDeepStrictEqual(shown, said)) {
      faults.push(`${workspace} is shown ${JSON.stringify(shown)} and the log says ${JSON.stringify(said)}`);
    }
  }
  return { reading, faults };
}

/** The same, and compares every row of the read model with a replay of the log. */
export async function verify(world: World, workspaces: readonly string[]): Promise<Inspection> {
  const { reading, faults } = await inspect(world, workspaces);
  const differences = await world.differences();
  return {
    reading,
    faults: [...faults, ...differences.map((difference) => JSON.stringify(difference, bigintsAsText))],
  };
}

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
