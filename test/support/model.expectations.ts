import { expect } from 'vitest';
import { inspect, verify } from './model.checks.js';
import type { LogReading } from './model.log.js';
import type { World } from './world.js';

/** Expects the world to have settled in order: see {@link inspect}. */
export async function expectInOrder(world: World, workspaces: readonly string[]): Promise<LogReading> {
  const { reading, faults } = await inspect(world, workspaces);
  expect(faults).toEqual([]);
  return reading;
}

/** Expects the same, and a read model that a replay confirms. */
export async function expectVerified(world: World, workspaces: readonly string[]): Promise<LogReading> {
  const { reading, faults } = await verify(world, workspaces);
  expect(faults).toEqual([]);
  return reading;
}
