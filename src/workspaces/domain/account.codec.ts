import { z } from 'zod';
import { defineCodec } from '../../event-sourcing/codec.js';
import type { AccountEvent } from './account.events.js';

/** Writes and reads the events of an account. */
export const accountCodec = defineCodec<AccountEvent>({
  AccountOpened: {
    doc: 'An account was opened, with the default sharing policy.',
    version: 1,
    schema: z.strictObject({ name: z.string(), ownerEmail: z.string().exactOptional() }),
  },
  AccountSharingPolicyChanged: {
    doc: 'An account changed what it takes to share images of its workspaces.',
    version: 1,
    schema: z.strictObject({
      targetAdmin: z.enum(['required', 'not-required']),
      acrossAccounts: z.enum(['forbidden', 'by-request']),
    }),
  },
});
