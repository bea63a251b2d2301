import type { ApiKeyView, MemberView, ServiceAccountView } from './authorization/access-directory.js';
import type { ApiKeyDto, ServiceAccountDto } from './service-accounts.dto.js';

/** What is said in place of a key that was issued by an earlier run of the same command. */
export const keyShownBefore =
  'This key was issued before and shown then; it is kept nowhere. If it was lost, revoke it and issue another.';

/** A service account as the management API shows it; its membership is absent once it was removed from the members. */
export function serviceAccountJson(account: ServiceAccountView, membership: MemberView | undefined): ServiceAccountDto {
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
): ApiKeyDto {
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

function issuingJson(issuing: Issuing | undefined): Pick<ApiKeyDto, 'apiKey' | 'message' | 'expires_in'> {
  if (issuing === undefined) return {};
  const { apiKey, expiresIn } = issuing;
  if (apiKey === undefined) return { message: keyShownBefore };
  return { apiKey, ...(expiresIn !== undefined && { expires_in: expiresIn }) };
}
