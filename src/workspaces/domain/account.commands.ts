import type { SharingPolicy } from './account.events.js';

export interface OpenAccount {
  readonly type: 'OpenAccount';
  readonly accountId: string;
  readonly name: string;
  readonly ownerEmail?: string;
}

/** What is absent stays as it is. */
export interface ChangeSharingPolicy {
  readonly type: 'ChangeSharingPolicy';
  readonly accountId: string;
  readonly targetAdmin?: SharingPolicy['targetAdmin'];
  readonly acrossAccounts?: SharingPolicy['acrossAccounts'];
}

/** Everything that may be asked of an account. */
export type AccountCommand = OpenAccount | ChangeSharingPolicy;
