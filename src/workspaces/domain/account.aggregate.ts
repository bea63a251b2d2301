import type { Aggregate } from '../../event-sourcing/aggregate.js';
import { accountCodec } from './account.codec.js';
import type { AccountCommand } from './account.commands.js';
import { accountDecider } from './account.decider.js';
import type { AccountEvent } from './account.events.js';
import type { AccountRejection } from './account.rejections.js';
import { accountSnapshots, stateWeight } from './account.state.js';
import type { AccountState } from './account.state.js';

/** Everything the kernel needs to know of the streams `account-{accountId}`. */
export const accountAggregate: Aggregate<AccountCommand, AccountEvent, AccountState, AccountRejection> = {
  decider: accountDecider,
  codec: accountCodec,
  snapshots: accountSnapshots,
  isOutcome: ({ type }, events) => events.some((event) => event.type === recordedBy[type]),
  weight: stateWeight,
};

const recordedBy: Readonly<Record<AccountCommand['type'], AccountEvent['type']>> = {
  OpenAccount: 'AccountOpened',
  ChangeSharingPolicy: 'AccountSharingPolicyChanged',
};
