import { z } from 'zod';
import type { Aggregate } from '../../src/event-sourcing/aggregate.js';
import { defineCodec } from '../../src/event-sourcing/codec.js';
import { alreadySo, events, rejected } from '../../src/event-sourcing/decider.js';
import type { Rejection } from '../../src/event-sourcing/decider.js';

/** The smallest aggregate that has events, an "already so" and a rejection: a tally that has a limit. */
export type TallyEvent =
  | { readonly type: 'Added'; readonly data: { readonly amount: number } }
  | { readonly type: 'Limited'; readonly data: { readonly limit: number } };

export type TallyCommand =
  | { readonly type: 'Add'; readonly amount: number }
  | { readonly type: 'AddTwice'; readonly amount: number }
  | { readonly type: 'Limit'; readonly limit: number };

export interface TallyState {
  readonly total: number;
  readonly limit: number;
}

export const tallyCodec = defineCodec<TallyEvent>({
  Added: { doc: 'Something was added.', version: 1, schema: z.strictObject({ amount: z.number() }) },
  Limited: { doc: 'The tally got a limit.', version: 1, schema: z.strictObject({ limit: z.number() }) },
});

export const tally: Aggregate<TallyCommand, TallyEvent, TallyState, Rejection> = {
  decider: {
    initial: { total: 0, limit: Number.MAX_SAFE_INTEGER },
    decide(command, state) {
      switch (command.type) {
        case 'Limit':
          return command.limit === state.limit
            ? alreadySo
            : events({ type: 'Limited', data: { limit: command.limit } });
        case 'Add':
        case 'AddTwice': {
          const added: TallyEvent = { type: 'Added', data: { amount: command.amount } };
          const amount = command.type === 'Add' ? command.amount : 2 * command.amount;
          if (state.total + amount > state.limit) return rejected({ code: 'full', message: 'the tally is full' });
          return command.type === 'Add' ? events(added) : events(added, added);
        }
      }
    },
    evolve(state, event) {
      switch (event.type) {
        case 'Added':
          return { ...state, total: state.total + event.data.amount };
        case 'Limited':
          return { ...state, limit: event.data.limit };
      }
    },
  },
  codec: tallyCodec,
  snapshots: {
    version: 'tally-1',
    serialize: (state) => ({ ...state }),
    deserialize: (json) => z.strictObject({ total: z.number(), limit: z.number() }).parse(json),
  },
  isOutcome(command, recorded) {
    const amounts = recorded.flatMap((event) => (event.type === 'Added' ? [event.data.amount] : []));
    if (command.type === 'Limit') return amounts.length < recorded.length;
    return amounts.length === (command.type === 'Add' ? 1 : 2) && amounts[0] === command.amount;
  },
  weight: () => 1,
};
