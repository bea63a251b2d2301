import { z } from 'zod';
import { IdentityProviderUnavailableError } from './identity-provider.error.js';

const discoveryDocument = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/**
 * Where an issuer publishes its keys, as said by OpenID Connect Discovery 1.0 §4.
 *
 * @throws IdentityProviderUnavailableError when the document cannot be had, is that of another
 *   issuer, or leads from https to http
 */
export async function discoverJwksUrl(issuer: string, timeoutMs: number): Promise<string> {
  try {
    const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`its discovery document was answered with status ${response.status}`);
    const document = discoveryDocument.parse(await response.json());
    if (document.issuer !== issuer) {
      throw new Error(`its discovery document names the issuer ${document.issuer}; configure that one`);
    }
    if (issuer.startsWith('https:') && !document.jwks_uri.startsWith('https:')) {
      throw new Error('its discovery document leads to keys without https');
    }
    return document.jwks_uri;
  } catch (error) {
    throw new IdentityProviderUnavailableError(issuer, error);
  }
}
