import {
  AccessDeniedError,
  ErrorType,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  TimeoutError,
  UnknownError,
  isCommandError,
} from '@eventstore/db-client';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';

/** What a failed call means for whoever made it. */
export type Fault =
  /** The outcome is not known or the server cannot answer now: the same call may be made again. */
  | { readonly kind: 'passing'; readonly message: string }
  /** The server has said no and will say so again. */
  | { readonly kind: 'lasting'; readonly error: Error };

/** A call that was not answered in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** The server's no to a call of this service's own making. */
const lastingTypes: ReadonlySet<ErrorType> = new Set([
  ErrorType.INVALID_ARGUMENT,
  ErrorType.INVALID_TRANSACTION,
  ErrorType.MISSING_REQUIRED_METADATA_PROPERTY,
  ErrorType.UNSUPPORTED,
]);

/**
 * Tells faults that pass from those that last. The class of an error does not say it alone: a server that is not ready
 * and one that refuses the request are both an `UnknownError`, and an unreachable one is a plain `Error`.
 */
export function judge(thrown: unknown): Fault {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof AccessDeniedError) {
    return { kind: 'lasting', error: new StoreUnavailableError(`the event store refuses access: ${error.message}`) };
  }
  if (error instanceof MaxAppendSizeExceededError) {
    const message = `the event store takes at most ${error.maxAppendSize} bytes in one append`;
    return { kind: 'lasting', error: new RangeError(message, { cause: error }) };
  }
  if (error instanceof StreamDeletedError) {
    const message = `the stream ${error.streamName} was deleted for good on the event store, not by this service; nothing can be written to it or read from it any more`;
    return { kind: 'lasting', error: new Error(message, { cause: error }) };
  }
  const lasting =
    error instanceof TypeError ||
    error instanceof RangeError ||
    error.message.includes('BadRequest') ||
    (isCommandError(error) && lastingTypes.has(error.type));
  return lasting ? { kind: 'lasting', error } : { kind: 'passing', message: error.message };
}

/** True when the server has dropped a subscription because its consumer was slow: normal under load, and no fault. */
export function isTooSlow(thrown: unknown): boolean {
  return thrown instanceof TimeoutError && thrown.message.includes('Consumer too slow');
}

/** True when the server may have been asked to go on from a position that is inside of one of its records. */
export function isInsideRecord(thrown: unknown): boolean {
  return thrown instanceof UnknownError && thrown.message.includes('Exception was thrown by handler');
}

/** True when the two sides do not agree on encryption or trust, which no waiting mends. */
export function isAboutTls(message: string): boolean {
  return /certificate|wrong version number|self[- ]signed|SSL|TLS|altname/i.test(message);
}
