import { join } from 'node:path';
import { eventsFile } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import type { StoreVerification } from '../../../src/event-store/sqlite/verify-store.js';
import { verifyStore } from '../../../src/event-store/sqlite/verify-store.js';

/** All that a full verification of the store in this directory says. */
export async function verificationOf(directory: string): Promise<StoreVerification[]> {
  const said: StoreVerification[] = [];
  for await (const step of verifyStore(join(directory, eventsFile))) said.push(step);
  return said;
}

/** The faults it finds. */
export async function faultsOf(directory: string): Promise<string[]> {
  const said = await verificationOf(directory);
  return said.flatMap((step) => (step.kind === 'fault' ? [`${step.position ?? ''} ${step.fault}`.trim()] : []));
}
