import { z } from 'zod';
import type { SnapshotCodec } from '../../event-sourcing/aggregate.js';
import type { Json } from '../../event-sourcing/json.js';
import type { SharingPolicy } from './account.events.js';

/** What an account has come to. */
export type AccountState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly ownerEmail?: string;
      readonly policy: SharingPolicy;
    };

export const noAccount: AccountState = { kind: 'none' };

/** The rules of sharing as long as an account has not relaxed them. */
export const defaultSharingPolicy: SharingPolicy = { targetAdmin: 'required', acrossAccounts: 'forbidden' };

const storedState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('open'),
    name: z.string(),
    ownerEmail: z.string().exactOptional(),
    policy: z.strictObject({
      targetAdmin: z.enum(['required', 'not-required']),
      acrossAccounts: z.enum(['forbidden', 'by-request']),
    }),
  }),
]);

/** Changes whenever the shape of the state or the meaning of its fold changes. */
export const snapshotVersion = 'account-1';

/** The stored form of a state. */
export function serializeState(state: AccountState): Json {
  return state.kind === 'none' ? { kind: state.kind } : { ...state, policy: { ...state.policy } };
}

/**
 * The state that was stored.
 *
 * @throws ZodError when it is not one of this version
 */
export function deserializeState(json: Json): AccountState {
  return storedState.parse(json);
}

/** How much a state weighs in a cache, in units of about a hundred bytes. */
export function stateWeight(state: AccountState): number {
  return state.kind === 'none' ? 1 : 3;
}

export const accountSnapshots: SnapshotCodec<AccountState> = {
  version: snapshotVersion,
  serialize: serializeState,
  deserialize: deserializeState,
};
