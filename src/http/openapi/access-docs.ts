import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiQuery, ApiSecurity } from '@nestjs/swagger';
import type { AccessRule } from '../access-rule.js';
import { Refuses } from './answers.js';
import { workspaceHeader, workspaceName } from './headers.js';

/** The names of the two headers a credential comes in, as security schemes. */
export const credentialHeaders = { bearer: 'bearer', blaxel: 'blaxelAuthorization' } as const;

const badCredential = [
  'unauthenticated',
  'credential-unusable',
  'credential-invalid',
  'credential-expired',
  'credential-revoked',
] as const;

/** What the document says of who may call a route: its security, how it names the workspace, how it refuses. */
export function accessDocs({ level, workspaceParam }: AccessRule): MethodDecorator & ClassDecorator {
  const known = [
    ApiSecurity(credentialHeaders.blaxel),
    ApiSecurity(credentialHeaders.bearer),
    Refuses(401, ...badCredential),
  ];
  switch (level) {
    case 'public':
      return applyDecorators();
    case 'authenticated':
      return applyDecorators(...known);
    case 'operator':
      return applyDecorators(...known, Refuses(403, 'operator-required'));
    case 'member':
    case 'admin':
      return applyDecorators(
        ...known,
        Refuses(403, 'workspace-forbidden', ...(level === 'admin' ? ['admin-required'] : [])),
        Refuses(404, 'workspace-not-found'),
        ...(workspaceParam === undefined ? namedByRequest() : []),
      );
  }
}

function namedByRequest() {
  return [
    ApiHeader(workspaceHeader),
    ApiQuery({
      name: 'workspace',
      required: false,
      description: 'The workspace the request is about, in place of the header; not another one than that.',
      schema: workspaceName,
    }),
    Refuses(400, 'invalid-workspace', 'workspace-ambiguous', 'workspace-missing'),
  ];
}
