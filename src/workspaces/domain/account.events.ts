/** The two rules of sharing that an account may relax. */
export interface SharingPolicy {
  /** Must the one who shares be an admin of the target workspace too? */
  readonly targetAdmin: 'required' | 'not-required';
  readonly acrossAccounts: 'forbidden' | 'by-request';
}

/** The facts of one account. Which account is said by the stream `account-{accountId}`. */
export type AccountEvent =
  | { readonly type: 'AccountOpened'; readonly data: { readonly name: string; readonly ownerEmail?: string } }
  | { readonly type: 'AccountSharingPolicyChanged'; readonly data: SharingPolicy };
