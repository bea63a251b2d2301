import type { EventCodec } from './codec.js';
import type { Decider, Rejection } from './decider.js';
import type { DomainEvent } from './event.js';
import type { Json } from './json.js';

/** How a folded state is kept aside and read back. */
export interface SnapshotCodec<S> {
  /** Changes whenever the shape of the state or the meaning of its fold changes. */
  readonly version: string;
  serialize(state: S): Json;
  /** @throws when the stored form is not one of this version; the stream is then read from its beginning */
  deserialize(json: Json): S;
}

/** Everything the kernel needs to know of one kind of stream. */
export interface Aggregate<C, E extends DomainEvent, S, R extends Rejection> {
  readonly decider: Decider<C, E, S, R>;
  readonly codec: EventCodec<E>;
  readonly snapshots: SnapshotCodec<S>;
  /**
   * Whether the events that a command recorded may be what this one leads to. It tells an id that comes again with
   * another command from the same command sent again; where it cannot tell, it says yes.
   */
  isOutcome(command: C, events: readonly E[]): boolean;
  /** How much a state weighs in the cache, in units of about a hundred bytes. */
  weight(state: S): number;
}
