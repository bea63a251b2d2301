import type { EventReader } from './event-store.js';
import type { FollowerTuning } from './projection-follower-tuning.js';
import type { ProjectionStore } from './projection-store.js';
import type { SubscriberStatus } from './projection.js';
import type { Clock } from './subscriber-clock.js';

/** What happens to a subscriber, for whoever keeps the log. */
export type SubscriberReport = { readonly name: string; readonly version: number } & (
  | { readonly kind: 'complete' }
  | { readonly kind: 'swapped-in'; readonly generation: number }
  | { readonly kind: 'retrying'; readonly error: Error; readonly delayMs: number }
  | { readonly kind: 'failed'; readonly fault: NonNullable<SubscriberStatus['fault']>; readonly error: unknown }
  | { readonly kind: 'listener-failed'; readonly error: unknown }
);

/** What a subscriber needs from around it. */
export interface SubscriberSurroundings {
  readonly store: ProjectionStore;
  readonly reader: EventReader;
  readonly clock: Clock;
  readonly report: (report: SubscriberReport) => void;
  readonly tuning?: Partial<FollowerTuning>;
}
