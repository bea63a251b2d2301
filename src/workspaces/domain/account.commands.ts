import type { SharingPolicy } from './account.events.js';

export interface OpenAccount {
  readonly accountId: string;
  readonly name: string;
  readonly ownerEmail?: string;
}

/** What is absent stays as it is. */
export interface ChangeSharingPolicy {
  readonly accountId: string;
  readonly targetAdmin?: SharingPolicy['targetAdmin'];
  readonly acrossAccounts?: SharingPolicy['acrossAccounts'];
}

/** Everything that may be asked of an account; `accountStream(command.data.accountId)` is the stream to run it on. */
export type AccountCommand =
  | { readonly type: 'OpenAccount'; readonly data: OpenAccount }
  | { readonly type: 'ChangeSharingPolicy'; readonly data: ChangeSharingPolicy };
