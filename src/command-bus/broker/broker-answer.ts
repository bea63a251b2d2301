import type { ErrorBody } from '../../http/error-response.js';

/**
 * What becomes of a message, besides the reply.
 *
 * - `answered`: obeyed, or refused by the rules. Nothing is left to do.
 * - `refused`: its sender is not known, there is no such command, or its payload is not valid.
 * - `unreadable`: not an envelope at all.
 * - `failed`: could not be taken now. May be tried again as it is.
 */
export type BrokerAnswer =
  | { readonly kind: 'answered'; readonly reply: object }
  | { readonly kind: 'refused' | 'unreadable' | 'failed'; readonly reply: ErrorBody };

/** The two doors: what changes something, and what only asks. */
export const channels = ['commands', 'queries'] as const;
export type BrokerChannel = (typeof channels)[number];

/** A message as a door gets it. */
export interface Incoming {
  readonly body: unknown;
  /** Whether somebody waits for the reply. */
  readonly isAwaited: boolean;
  /** Whether the broker keeps the message until there is time for it; then its sender's rate does not matter. */
  readonly isKept: boolean;
}

/** Answers a message that came through a channel. Never rejects for what the message holds. */
export type Receive = (channel: BrokerChannel, message: Incoming) => Promise<BrokerAnswer>;

/** What stands between a broker and the service. */
export interface BrokerLink {
  /** The broker's name in the record, such as `nats`. */
  readonly name: 'nats' | 'rabbitmq';
  /** What keeps messages from coming, `undefined` while nothing does. */
  readonly fault: string | undefined;
  /** Begins to take messages, as soon as the broker is there. */
  start(receive: Receive): void;
  /** Takes no more messages, answers those it has taken, bounded in time, and ends the connection. */
  close(): Promise<void>;
}
