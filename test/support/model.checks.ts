import { expect } from 'vitest';
import { expected, seen } from './model.catalog.js';
import { readSlots, unsettled } from './model.log.js';
import type { LogReading } from './model.log.js';
import type { World } from './world.js';

/**
 * Waits until everything has settled, then expects: a log without contradictions, no share or deployment in half,
 * and catalogs that show every workspace what the log says.
 */
export async function expectInOrder(world: World, workspaces: readonly string[]): Promise<LogReading> {
  await world.settled();
  const reading = readSlots(await world.log());
  expect(reading.contradictions).toEqual([]);
  expect(unsettled(reading)).toEqual([]);
  for (const workspace of workspaces) {
    expect(await seen(world, workspace)).toEqual(expected(reading, workspace));
  }
  return reading;
}

/** The same, and a replay into an empty read model gives the same rows. */
export async function expectVerified(world: World, workspaces: readonly string[]): Promise<LogReading> {
  const reading = await expectInOrder(world, workspaces);
  expect(await world.differences()).toEqual([]);
  return reading;
}
