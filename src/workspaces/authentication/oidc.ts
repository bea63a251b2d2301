import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { UserPrincipal } from '../authorization/principal.js';
import { isEmail, normalizeEmail } from '../domain/email.js';
import { isSub } from '../domain/principal-name.js';
import { discoverJwksUrl } from './oidc-discovery.js';
import { IdentityProviderUnavailableError } from './identity-provider.error.js';

export interface OidcOptions {
  /** Must be the `iss` of every token, to the letter. */
  readonly issuer: string;
  /** Must be among the `aud` of every token. */
  readonly audience: string;
  /** Where the issuer publishes its keys. Default: what its discovery document says. */
  readonly jwksUrl?: string;
  /** How far the clocks of issuer and service may be apart, in seconds. Default 30. */
  readonly clockToleranceSeconds?: number;
  /** How long to wait for the issuer, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
  /** Unknown keys are asked for at most this often, in milliseconds. Default 30,000. */
  readonly cooldownMs?: number;
}

/** What a token was found to be. */
export type TokenVerdict =
  | { readonly kind: 'valid'; readonly user: UserPrincipal }
  | { readonly kind: 'expired' }
  /** The fault is a clause that continues "the token …". */
  | { readonly kind: 'invalid'; readonly fault: string };

/** Signatures made with a private key. A shared secret or none at all proves nothing about the issuer. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Verifies the tokens of one OpenID Connect issuer. Its keys are fetched at first need and kept. */
export class OidcVerifier {
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(private readonly options: OidcOptions) {}

  /**
   * Who the token speaks of.
   *
   * @throws IdentityProviderUnavailableError when the issuer's keys cannot be had now
   */
  async verify(token: string): Promise<TokenVerdict> {
    const { issuer, audience, clockToleranceSeconds: clockTolerance = 30 } = this.options;
    try {
      const { payload } = await jwtVerify(token, this.#keyOf, {
        issuer,
        audience,
        clockTolerance,
        algorithms,
        requiredClaims: ['sub', 'exp'],
      });
      return userOf(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { kind: 'expired' };
      if (error instanceof errors.JOSEError) return { kind: 'invalid', fault: faultOf(error) };
      throw error;
    }
  }

  /** Faults of the token pass as they are; anything else is the issuer's. */
  readonly #keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      const keys = await (this.#keys ??= this.#fetchKeys());
      return await keys(header, token);
    } catch (error) {
      if (
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported ||
        error instanceof IdentityProviderUnavailableError
      ) {
        throw error;
      }
      throw new IdentityProviderUnavailableError(this.options.issuer, error);
    }
  };

  #fetchKeys(): Promise<JWTVerifyGetKey> {
    const keys = this.#makeKeySet();
    keys.catch(() => {
      this.#keys = undefined;
    });
    return keys;
  }

  async #makeKeySet(): Promise<JWTVerifyGetKey> {
    const { issuer, jwksUrl, timeoutMs = 5_000, cooldownMs = 30_000 } = this.options;
    const url = jwksUrl ?? (await discoverJwksUrl(issuer, timeoutMs));
    return createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs, cooldownDuration: cooldownMs });
  }
}

function userOf(payload: JWTPayload): TokenVerdict {
  const { sub, email, email_verified: emailVerified } = payload;
  if (typeof sub !== 'string' || !isSub(sub)) {
    return { kind: 'invalid', fault: 'has a "sub" that is not 1 to 255 visible ASCII characters' };
  }
  if (emailVerified === true && typeof email === 'string' && isEmail(email)) {
    return { kind: 'valid', user: { kind: 'user', sub, email: normalizeEmail(email) } };
  }
  return { kind: 'valid', user: { kind: 'user', sub } };
}

function faultOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTClaimValidationFailed) return `has a "${error.claim}" that does not fit here`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'is signed with a key its issuer does not publish';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'has a signature that does not match';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'is signed in a way that is not accepted';
  return 'cannot be read as a signed JWT';
}
