import type { Authentication, Authenticator as CredentialChecker } from '../workspaces/authentication/authenticator.js';
import type { Principal } from '../workspaces/authorization/principal.js';
import { Refusal } from './refusal.js';
import type { Authenticator } from './server.js';

/** Lets the server's hook ask the authenticator. No credential is no caller; a bad one is a refusal. */
export function credentialReader(checker: CredentialChecker): Authenticator {
  return {
    async authenticate(headers) {
      return principalOf(await checker.authenticate(headers));
    },
  };
}

function principalOf(authentication: Authentication): Principal | undefined {
  if (authentication.kind === 'authenticated') return authentication.principal;
  if (authentication.rejection.code === 'credential-missing') return undefined;
  throw new Refusal(authentication.rejection);
}
