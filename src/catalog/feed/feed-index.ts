import type { EventPlace } from '../../audit/event-places.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { SharedImage } from './workspace-feed.js';

/** Part of the log, and how much of it at once. */
export interface Stretch {
  /** Exclusive; `undefined` for the beginning. */
  readonly after: Position | undefined;
  /** Inclusive; not beyond the index's own position. */
  readonly through: Position;
  readonly limit: number;
}

/** Finds the events of a feed without reading the log. Answers are in the order of positions. */
export interface FeedIndex {
  /** How far it knows the log; `undefined` when it cannot be asked yet. */
  readonly position: Position | undefined;
  /** What was shared with the workspace after the event at this position, which the index has passed. */
  sharedWith(workspace: string, at: Position): Promise<readonly SharedImage[]>;
  /** The events of one type in the slots of a workspace. */
  own(workspace: string, type: string, stretch: Stretch): Promise<readonly EventPlace[]>;
  /** The events in slots of others by which the workspace is asked to take an image. */
  asking(workspace: string, stretch: Stretch): Promise<readonly EventPlace[]>;
  /** The events of a source's slot that come along to everyone the image is shared with. */
  comingAlong(source: Slot, stretch: Stretch): Promise<readonly EventPlace[]>;
}
