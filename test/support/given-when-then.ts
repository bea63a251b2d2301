import { expect } from 'vitest';
import type { Decider, Decision, Rejection } from '../../src/event-sourcing/decider.js';
import type { DomainEvent } from '../../src/event-sourcing/event.js';

/** What a decision is expected to be: these events, a rejection of this code, or nothing to do. */
export type Expected<E extends DomainEvent, R extends Rejection> = readonly E[] | R['code'] | 'already-so';

/**
 * Tells a rule as a story.
 *
 * @example
 * given(imageDecider, [{ type: 'ImageRegistered', data: {} }])
 *   .when({ type: 'DeleteImage', data: { slot } })
 *   .then([{ type: 'ImageDeleted', data: {} }]);
 */
export function given<C, E extends DomainEvent, S, R extends Rejection>(
  decider: Decider<C, E, S, R>,
  history: readonly E[],
): Given<C, E, S, R> {
  return new Given(decider, history);
}

/** A stream with a past. */
export class Given<C, E extends DomainEvent, S, R extends Rejection> {
  /** What the past amounts to. */
  readonly state: S;

  constructor(
    private readonly decider: Decider<C, E, S, R>,
    history: readonly E[],
  ) {
    this.state = history.reduce((state, event) => decider.evolve(state, event), decider.initial);
  }

  when(command: C): When<E, R> {
    return new When(this.decider.decide(command, this.state));
  }
}

/** A command that was decided. */
export class When<E extends DomainEvent, R extends Rejection> {
  constructor(readonly decision: Decision<E, R>) {}

  /** Asserts what was decided; `saying` are words that the sentence of a rejection must hold. */
  then(expected: Expected<E, R>, ...saying: readonly string[]): void {
    expect(this.#decided()).toEqual(expected);
    for (const words of saying) expect(this.#sentence()).toContain(words);
  }

  #decided(): Expected<E, R> {
    switch (this.decision.kind) {
      case 'events':
        return this.decision.events;
      case 'already-so':
        return 'already-so';
      case 'rejected':
        return this.decision.rejection.code;
    }
  }

  #sentence(): string {
    return this.decision.kind === 'rejected' ? this.decision.rejection.message : '';
  }
}
