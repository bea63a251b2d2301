import { createHash } from 'node:crypto';
import { SignJWT, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import { CanonicalJsonError, canonicalJson } from './canonical-json.js';
import { signingKey, verificationKey } from './signing-key.js';

/** The `typ` of a token that is good for one message only. */
export const messageTokenType = 'tagalong-message+jwt';
/** The `kid` of a token signed with the operator key. */
export const operatorKeyId = 'operator';
/** A token lives no longer, so that one found years later opens nothing. */
export const longestLifetimeSeconds = 86_400;

const apiKeyPattern = /^tgl_([A-Za-z0-9]{8,32})_/;
const clockToleranceSeconds = 30;

/** What a token was found to be. */
export interface MessageTokenVerdict {
  readonly kind: 'valid' | 'expired' | 'for-another-message' | 'invalid';
}

/**
 * A token that shows who sends this message, and nothing else: a JWT signed with a key made from the API key.
 *
 * @param apiKey an API key, or the operator key
 * @param message everything in the envelope but the token
 * @param lifetimeSeconds how long the message may be on its way; a day at most
 * @param now milliseconds since 1970
 */
export async function signMessage(
  apiKey: string,
  message: object,
  lifetimeSeconds: number,
  now: number,
): Promise<string> {
  const issuedAt = Math.floor(now / 1_000);
  return new SignJWT({ digest: messageDigest(message) })
    .setProtectedHeader({ alg: 'EdDSA', typ: messageTokenType, kid: apiKeyPattern.exec(apiKey)?.[1] ?? operatorKeyId })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.min(Math.ceil(lifetimeSeconds), longestLifetimeSeconds))
    .sign(signingKey(apiKey));
}

/** The id of the key that a message token names; `undefined` for any other text. */
export function messageTokenKeyId(token: string): string | undefined {
  if (!token.includes('.')) return undefined;
  try {
    const { typ, kid } = decodeProtectedHeader(token);
    return typ === messageTokenType ? (kid ?? '') : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the token was signed for this message with the private half of a public key.
 *
 * @param publicKey as `publicKeyOf` writes it
 * @param now milliseconds since 1970
 */
export async function verifyMessageToken(
  token: string,
  publicKey: string,
  message: object,
  now: number,
): Promise<MessageTokenVerdict> {
  try {
    const { payload } = await jwtVerify(token, verificationKey(publicKey), {
      algorithms: ['EdDSA'],
      typ: messageTokenType,
      requiredClaims: ['iat', 'exp', 'digest'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now),
    });
    if (!livesShortly(payload) || isAhead(payload, now)) return { kind: 'invalid' };
    return { kind: payload['digest'] === messageDigest(message) ? 'valid' : 'for-another-message' };
  } catch (fault) {
    if (fault instanceof errors.JWTExpired) return { kind: 'expired' };
    if (fault instanceof errors.JOSEError || fault instanceof CanonicalJsonError) return { kind: 'invalid' };
    throw fault;
  }
}

function livesShortly({ iat, exp }: JWTPayload): boolean {
  return iat !== undefined && exp !== undefined && exp > iat && exp - iat <= longestLifetimeSeconds;
}

/** Made for a later day: it would open something until then, and the day after. */
function isAhead({ iat = Infinity }: JWTPayload, now: number): boolean {
  return iat > now / 1_000 + clockToleranceSeconds;
}

/** SHA-256 of the message's canonical JSON, in base64url. */
function messageDigest(message: object): string {
  return createHash('sha256').update(canonicalJson(message)).digest('base64url');
}
