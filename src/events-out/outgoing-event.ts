import type { CloudEvent } from '../catalog/feed/cloud-event.js';
import type { FeedEventType } from '../catalog/feed/feed-message.js';

/** An event as one workspace is told of it. */
export interface OutgoingEvent {
  readonly workspace: string;
  readonly type: FeedEventType;
  readonly event: CloudEvent;
}

/** Takes events to where others listen. */
export interface EventPublisher {
  /**
   * Publishes events, in order. Resolves once the other side has them all.
   *
   * @throws StoreUnavailableError when that is not known; some of them may be there
   */
  publish(events: readonly OutgoingEvent[]): Promise<void>;
}
