import { z } from 'zod';
import { accountIdField, principalField, timeField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import type { AccountView } from './authorization/access-directory.js';

const sharingPolicy = z
  .strictObject({
    targetAdmin: z
      .enum(['required', 'not-required'])
      .describe('Must the one who shares be an admin of the target workspace too?'),
    acrossAccounts: z
      .enum(['forbidden', 'by-request'])
      .describe('May images be offered to other accounts, that allow it too?'),
  })
  .meta({ id: 'SharingPolicy', description: 'The two rules of sharing that an account may relax.' });

/** The top-level tenant. */
export const accountSchema = z
  .strictObject({
    id: accountIdField,
    name: z.string(),
    ownerEmail: z.string().describe('Whom to write to about the account.').exactOptional(),
    sharingPolicy,
    createdAt: timeField,
    createdBy: principalField,
  })
  .meta({ id: 'Account', description: 'The top-level tenant: owns workspaces and a sharing policy.' });

export type AccountJson = ShapeOf<typeof accountSchema>;

/** An account as the management API shows it. */
export function accountJson({ id, name, ownerEmail, policy, createdAt, createdBy }: AccountView): AccountJson {
  return {
    id,
    name,
    ...(ownerEmail !== undefined && { ownerEmail }),
    sharingPolicy: { ...policy },
    createdAt,
    createdBy,
  };
}
