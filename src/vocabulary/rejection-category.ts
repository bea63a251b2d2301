/**
 * What kind of no a rejection is, so that every door can say it in its own way: `invalid` for input
 * that can never succeed, `not-found`, `conflict` with what is there, `gone` for what has expired,
 * `forbidden` for a rule or a right.
 */
export type RejectionCategory = 'invalid' | 'not-found' | 'conflict' | 'gone' | 'forbidden';
