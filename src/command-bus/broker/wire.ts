import { invalidInput } from '../../http/refusal.js';

/** How a message was wrapped, so that the reply is wrapped the same way. */
export type Wrapping =
  | { readonly kind: 'plain' }
  /** By a client of `@nestjs/microservices`. */
  | { readonly kind: 'nest'; readonly id?: string };

export interface Unwrapped {
  readonly body: unknown;
  readonly wrapping: Wrapping;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The document in a message: a JSON object as it is, or in the packet of a client of `@nestjs/microservices`, which has
 * it under `data`, beside the `pattern` it was sent to and an `id` when it waits for a reply.
 *
 * @throws Refusal when the bytes are not JSON in UTF-8
 */
export function unwrapped(bytes: Uint8Array): Unwrapped {
  const document = parsed(bytes);
  if (typeof document !== 'object' || document === null || !('pattern' in document)) {
    return { body: document, wrapping: { kind: 'plain' } };
  }
  const body = 'data' in document ? document.data : undefined;
  const id = 'id' in document && typeof document.id === 'string' ? document.id : undefined;
  return { body, wrapping: { kind: 'nest', ...(id !== undefined && { id }) } };
}

/** A reply as the sender of a message expects it. */
export function wrapped(reply: object, wrapping: Wrapping): string {
  switch (wrapping.kind) {
    case 'plain':
      return JSON.stringify(reply);
    case 'nest':
      return JSON.stringify({ response: reply, isDisposed: true, id: wrapping.id });
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault);
    throw invalidInput('broken-json', `The message is not JSON in UTF-8: ${why.slice(0, 200)}`);
  }
}
