import type { Clock } from '../event-sourcing/subscriber-clock.js';
import { openStores } from './open-stores.js';
import { systemClock } from './system-clock.js';

/** What the service finds around itself. Tests bring their own. */
export interface Surroundings {
  readonly clock: Clock;
  readonly openStores: typeof openStores;
}

/** The machine's clock and disks. */
export const machine: Surroundings = { clock: systemClock, openStores };
