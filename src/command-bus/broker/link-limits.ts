import { Refusal } from '../../http/refusal.js';

/** What a link may take, and how long it may take to end. */
export interface LinkLimits {
  /** Largest message, in bytes. */
  readonly bodyLimit: number;
  /** How long closing waits for what is under way, in milliseconds. */
  readonly shutdownMs: number;
}

/** The refusal of a message that is larger than a request may be. */
export function bodyTooLarge(bytes: number, limit: number): Refusal {
  return new Refusal({
    code: 'body-too-large',
    category: 'too-large',
    message: `The message has ${bytes} bytes, and ${limit} are accepted.`,
  });
}

/** What is answered in place of a reply that the broker does not take. A command has had its effect all the same. */
export function replyTooLarge(bytes: number, limit: number): Refusal {
  return new Refusal({
    code: 'reply-too-large',
    category: 'too-large',
    message:
      `The reply has ${bytes} bytes, and the broker takes ${limit}. ` +
      'Ask for a page with limit and cursor, ask over HTTP, or have the broker take larger messages.',
  });
}
