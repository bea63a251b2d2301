import type { SharingDirectory } from '../sharing-directory.js';

/** Whether both accounts allow that images are shared between them by request. */
export async function takeRequests(
  directory: Pick<SharingDirectory, 'sharingPolicyOf'>,
  one: string,
  other: string,
): Promise<boolean> {
  const policies = await Promise.all([directory.sharingPolicyOf(one), directory.sharingPolicyOf(other)]);
  return policies.every(({ acrossAccounts }) => acrossAccounts === 'by-request');
}
