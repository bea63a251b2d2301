import type { AccessDirectory } from '../workspaces/authorization/access-directory.js';

/** What images needs to know of people and workspaces before it asks a slot. */
export type SharingDirectory = Pick<AccessDirectory, 'roleOf' | 'accountOf' | 'sharingPolicyOf'>;
