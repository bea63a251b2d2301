import { UsageError } from '../cli-error.js';

/** Where a service started without further ado listens. */
export const defaultUrl = 'http://127.0.0.1:8080/v0';

/**
 * The base of the API from what a person writes: with or without the path prefix `/v0`, with or without a slash behind.
 *
 * @param source what the text was given by, for the message
 * @throws UsageError
 */
export function normalizeBaseUrl(text: string, source: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError(`${source}: ${JSON.stringify(text)} is no address`, 'write it as http://HOST:PORT');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`${source}: ${url.protocol}// is not spoken here`, 'write it as http://HOST:PORT');
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`${source}: an address must not hold a credential`, 'use --api-key or TAGALONG_API_KEY');
  }
  const path = url.pathname.replace(/\/+$/, '');
  return `${url.origin}${path.endsWith('/v0') ? path : `${path}/v0`}`;
}

/** True when a credential sent to this address can be read on the way. */
export function isExposed(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  const isLocal =
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || hostname.startsWith('127.');
  return protocol === 'http:' && !isLocal;
}
