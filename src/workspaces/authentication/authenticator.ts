import type { Rejection } from '../../event-sourcing/decider.js';
import { messageTokenKeyId, operatorKeyId, verifyMessageToken } from '../../message-token/message-token.js';
import type { AccessDirectory, ApiKeyEntry } from '../authorization/access-directory.js';
import { operator } from '../authorization/principal.js';
import type { Principal, UserPrincipal } from '../authorization/principal.js';
import { apiKeyId, digestsEqual, keyDigest } from './api-key.js';
import { pickCredential } from './credential.js';
import type { RequestHeaders } from './credential.js';
import type { OidcVerifier } from './oidc.js';
import type { OperatorKey } from './operator-key.js';

export type AuthenticationRejectionCode =
  | 'credential-missing'
  | 'credential-unusable'
  | 'credential-invalid'
  | 'credential-misused'
  | 'credential-expired'
  | 'credential-revoked';

export interface AuthenticationRejection extends Rejection {
  readonly code: AuthenticationRejectionCode;
  readonly category: 'unauthenticated';
}

/** Who sent a request, or why that is not known. */
export type Authentication =
  | { readonly kind: 'authenticated'; readonly principal: Principal }
  | { readonly kind: 'rejected'; readonly rejection: AuthenticationRejection };

export interface AuthenticatorOptions {
  readonly operatorKey: OperatorKey;
  readonly directory: Pick<AccessDirectory, 'apiKey'>;
  /** Absent when users cannot sign in here. */
  readonly oidc?: OidcVerifier;
  /** Told of every user who is let in, before the request goes on. Must not fail. */
  readonly welcome?: (user: UserPrincipal) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Finds out who sent a request: the operator, a service account by its API key, or a user by a token. */
export class Authenticator {
  constructor(private readonly options: AuthenticatorOptions) {}

  /**
   * Who sent a request with these headers.
   *
   * @throws IdentityProviderUnavailableError when a token cannot be checked now
   */
  async authenticate(headers: RequestHeaders): Promise<Authentication> {
    const credential = pickCredential(headers);
    switch (credential.kind) {
      case 'none':
        return rejection('credential-missing', 'The request has no credential. Send "Authorization: Bearer KEY".');
      case 'unusable':
        return rejection('credential-unusable', credential.fault);
      case 'bearer':
        return this.authenticateToken(credential.token);
    }
  }

  /** Who holds this key or token. See {@link authenticate}. */
  async authenticateToken(token: string): Promise<Authentication> {
    const digest = keyDigest(token);
    if (this.options.operatorKey.matches(digest)) return { kind: 'authenticated', principal: operator };
    const keyId = apiKeyId(token);
    if (keyId !== undefined) return this.#authenticateKey(keyId, digest);
    return this.#authenticateUser(token);
  }

  /**
   * Who sent a message that holds this token: a token signed for the message, or a credential that is good for anything.
   * See {@link authenticate}.
   *
   * @param message everything in the envelope but the token
   */
  async authenticateMessage(token: string, message: object): Promise<Authentication> {
    const keyId = messageTokenKeyId(token);
    if (keyId === undefined) return this.authenticateToken(token);
    const { operatorKey, directory } = this.options;
    if (keyId === operatorKeyId) {
      return this.#signed(token, message, operatorKey.publicKey, { kind: 'authenticated', principal: operator });
    }
    const entry = await directory.apiKey(keyId);
    if (entry === undefined) return rejection('credential-invalid', 'The token is signed with a key not known here.');
    if (entry.publicKey === undefined) {
      return rejection('credential-unusable', `API key ${keyId} is too old to sign messages. Issue a new one.`);
    }
    return this.#signed(token, message, entry.publicKey, this.#holderOf(entry));
  }

  /** What the holder of a key is found to be, provided that the token is signed with it for this message. */
  async #signed(token: string, message: object, publicKey: string, holder: Authentication): Promise<Authentication> {
    const { kind } = await verifyMessageToken(token, publicKey, message, this.options.now());
    switch (kind) {
      case 'valid':
        return holder;
      case 'expired':
        return rejection('credential-expired', 'The token of the message has expired. Sign the message again.');
      case 'for-another-message':
        return rejection('credential-misused', 'The token was signed for another message. Sign this one.');
      case 'invalid':
        return rejection('credential-invalid', 'The token of the message has a signature or claims that do not fit.');
    }
  }

  async #authenticateKey(keyId: string, digest: Uint8Array): Promise<Authentication> {
    const entry = await this.options.directory.apiKey(keyId);
    if (entry === undefined || !digestsEqual(entry.digest, digest)) {
      return rejection('credential-invalid', 'The API key is not known here.');
    }
    return this.#holderOf(entry);
  }

  /** Whom a key stands for, when it still stands for anybody. */
  #holderOf({ keyId, active, expiresAtMs, principal }: ApiKeyEntry): Authentication {
    if (!active) return rejection('credential-revoked', `API key ${keyId} was revoked.`);
    if (expiresAtMs <= this.options.now()) {
      return rejection('credential-expired', `API key ${keyId} has expired. Issue a new one.`);
    }
    return { kind: 'authenticated', principal };
  }

  async #authenticateUser(token: string): Promise<Authentication> {
    const { oidc, welcome } = this.options;
    if (oidc === undefined || token.split('.').length !== 3) {
      return rejection('credential-invalid', 'The credential is not known here.');
    }
    const verdict = await oidc.verify(token);
    switch (verdict.kind) {
      case 'valid':
        await welcome?.(verdict.user);
        return { kind: 'authenticated', principal: verdict.user };
      case 'expired':
        return rejection('credential-expired', 'The token has expired. Sign in again.');
      case 'invalid':
        return rejection('credential-invalid', `The token ${verdict.fault}.`);
    }
  }
}

function rejection(code: AuthenticationRejectionCode, message: string): Authentication {
  return { kind: 'rejected', rejection: { code, message, category: 'unauthenticated' } };
}
