import { Refusal } from '../../http/refusal.js';
import type { Authentication } from '../../workspaces/authentication/authenticator.js';
import { principalName } from '../../workspaces/authorization/principal.js';
import type { Principal } from '../../workspaces/authorization/principal.js';
import type { SenderRates } from './sender-rates.js';

/** Finds out who signed a message. */
export interface MessageAuthenticator {
  /** @param message everything in the envelope but the token */
  authenticateMessage(token: string, message: object): Promise<Authentication>;
}

/** Who sent a message, and whether that one may send yet another. */
export class SenderCheck {
  constructor(
    private readonly authenticator: MessageAuthenticator,
    private readonly rates: SenderRates,
  ) {}

  /**
   * Who sent a message with this token.
   *
   * @throws Refusal when that is not known
   * @throws IdentityProviderUnavailableError when the token cannot be checked now
   */
  async check(token: unknown, message: unknown): Promise<Principal> {
    if (typeof token !== 'string' || token === '' || typeof message !== 'object' || message === null) {
      throw new Refusal({
        code: 'credential-missing',
        category: 'unauthenticated',
        message: 'The envelope has no token. Put one in its field "token"; docs/command-bus.md tells how to make one.',
      });
    }
    const authentication = await this.authenticator.authenticateMessage(token, message);
    if (authentication.kind === 'rejected') throw new Refusal(authentication.rejection);
    return authentication.principal;
  }

  /** Counts a message of this sender. @throws Refusal when that is one too many */
  count(sender: Principal): void {
    this.rates.count(principalName(sender));
  }
}

/** The token of an envelope, and the envelope without it. */
export function splitToken(body: unknown): { readonly token: unknown; readonly rest: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { token: undefined, rest: body };
  const { token, ...rest } = { token: undefined, ...body };
  return { token, rest };
}
