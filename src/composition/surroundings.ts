import type { Clock } from '../event-sourcing/subscriber-clock.js';
import { openStores } from './open-stores.js';
import type { Stores } from './open-stores.js';
import { systemClock } from './system-clock.js';

/** What the service finds around itself. Tests bring their own. */
export interface Surroundings {
  readonly clock: Clock;
  readonly openStores: (directory: string) => Promise<Stores>;
}

/** The machine's clock and disks. */
export const machine: Surroundings = { clock: systemClock, openStores };
