import { z } from 'zod';
import { accountIdField, principalField, roleField, workspaceNameField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';

const openWorkspace = z
  .strictObject({ name: workspaceNameField, role: roleField, accountId: accountIdField })
  .meta({ id: 'OpenWorkspace', description: 'A workspace the caller may enter, and as what.' });

/** Who the credential belongs to. */
export const whoAmISchema = z
  .strictObject({
    principal: principalField.describe('`operator`, `user:SUB` or `service-account:CLIENTID`.'),
    kind: z.enum(['operator', 'user', 'service-account']),
    email: z.string().describe('Verified by the identity provider.').exactOptional(),
    workspaces: z.array(openWorkspace),
  })
  .meta({ id: 'WhoAmI', description: 'Who the credential belongs to.' });

export type WhoAmI = ShapeOf<typeof whoAmISchema>;
