import { z } from 'zod';
import { principalField, roleField, timeField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import { clientIdField } from './access-field-rules.js';
import type { ApiKeyView, MemberView, ServiceAccountView } from './authorization/access-directory.js';

/** A machine identity that belongs to a workspace. */
export const serviceAccountSchema = z
  .strictObject({
    client_id: clientIdField,
    name: z.string(),
    description: z.string(),
    role: roleField.describe('Its role in the workspace; absent once it was removed from the members.').exactOptional(),
    mayActForOthers: z
      .boolean()
      .describe('May it send commands in the name of other members of the workspaces it is an admin of?'),
    created_at: timeField,
    updated_at: timeField,
  })
  .meta({ id: 'ServiceAccount', description: 'A machine identity that belongs to a workspace.' });

export type ServiceAccountJson = ShapeOf<typeof serviceAccountSchema>;

/** A long-lived key of a service account. */
export const apiKeySchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    apiKey: z.string().describe('The key itself, only in the answer that issues it.').exactOptional(),
    message: z.string().describe('In place of the key when the same command was sent before.').exactOptional(),
    expires_in: z.string().describe('As it was asked for, only in the answer that issues the key.').exactOptional(),
    expiresAt: timeField.describe('Absent for a key that does not expire.').exactOptional(),
    sub: clientIdField.describe('The client id of its service account.'),
    sub_type: z.literal('service_account'),
    createdAt: timeField,
    createdBy: principalField,
    updatedAt: timeField,
    updatedBy: principalField,
  })
  .meta({ id: 'ApiKey', description: 'A long-lived key of a service account.' });

export type ApiKeyJson = ShapeOf<typeof apiKeySchema>;

/** What is said in place of a key that was issued by an earlier run of the same command. */
export const keyShownBefore =
  'This key was issued before and shown then; it is kept nowhere. If it was lost, revoke it and issue another.';

/** A service account as the management API shows it; its membership is absent once it was removed from the members. */
export function serviceAccountJson(
  account: ServiceAccountView,
  membership: MemberView | undefined,
): ServiceAccountJson {
  const { clientId, name, description, mayActForOthers, createdAt, updatedAt } = account;
  return {
    client_id: clientId,
    name,
    description,
    ...(membership !== undefined && { role: membership.role }),
    mayActForOthers,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

/** What only the answer that issues a key tells; `apiKey` is undefined when an earlier run issued it. */
export interface Issuing {
  readonly apiKey: string | undefined;
  readonly expiresIn: string | undefined;
}

/** A key as the management API shows it: the key itself only when it is being issued. */
export function apiKeyJson(
  { keyId, clientId, name, expiresAt, createdAt, createdBy }: ApiKeyView,
  issuing?: Issuing,
): ApiKeyJson {
  return {
    id: keyId,
    name,
    ...issuingJson(issuing),
    ...(expiresAt !== undefined && { expiresAt }),
    sub: clientId,
    sub_type: 'service_account',
    createdAt,
    createdBy,
    // A key never changes; it is issued and revoked.
    updatedAt: createdAt,
    updatedBy: createdBy,
  };
}

function issuingJson(issuing: Issuing | undefined): Pick<ApiKeyJson, 'apiKey' | 'message' | 'expires_in'> {
  if (issuing === undefined) return {};
  const { apiKey, expiresIn } = issuing;
  if (apiKey === undefined) return { message: keyShownBefore };
  return { apiKey, ...(expiresIn !== undefined && { expires_in: expiresIn }) };
}
