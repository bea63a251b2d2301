import type { DomainEvent } from './event.js';

/** What a decider answers: events, "already so", or a rejection. */
export type Decision<E extends DomainEvent, R> =
  | { readonly kind: 'events'; readonly events: readonly [E, ...E[]] }
  | { readonly kind: 'already-so' }
  | { readonly kind: 'rejected'; readonly rejection: R };

/** A reason not to obey a command: a stable code for programs and a sentence for people. */
export interface Rejection {
  /** Stable, in kebab-case, for example `cannot-reshare`. */
  readonly code: string;
  /** Names the thing at fault. */
  readonly message: string;
}

/**
 * The rules of one kind of stream, as pure functions: no clock, no randomness, no I/O.
 * Time and ids come in with the command.
 */
export interface Decider<C, E extends DomainEvent, S, R extends Rejection> {
  readonly initial: S;
  decide(command: C, state: S): Decision<E, R>;
  evolve(state: S, event: E): S;
}

/** The decision to record these events. */
export function events<E extends DomainEvent>(first: E, ...more: E[]): Decision<E, never> {
  return { kind: 'events', events: [first, ...more] };
}

/** The decision that nothing has to change. */
export const alreadySo: Decision<never, never> = { kind: 'already-so' };

/** The decision to refuse. */
export function rejected<R extends Rejection>(rejection: R): Decision<never, R> {
  return { kind: 'rejected', rejection };
}
