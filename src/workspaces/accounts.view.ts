import type { AccountDto } from './accounts.dto.js';
import type { AccountView } from './authorization/access-directory.js';

export function accountJson({ id, name, ownerEmail, policy, createdAt, createdBy }: AccountView): AccountDto {
  return {
    id,
    name,
    ...(ownerEmail !== undefined && { ownerEmail }),
    sharingPolicy: { ...policy },
    createdAt,
    createdBy,
  };
}
