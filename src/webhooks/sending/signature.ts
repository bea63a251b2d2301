import { createHmac } from 'node:crypto';

const secretPrefix = 'whsec_';

/** The headers of a message by the Standard Webhooks specification, version 1.0.0. */
export interface SignedHeaders {
  readonly 'webhook-id': string;
  /** Seconds since 1970. */
  readonly 'webhook-timestamp': string;
  /** One signature for each secret, spaces between them. */
  readonly 'webhook-signature': string;
}

/** The form in which receivers are given a key. */
export function secretText(key: Uint8Array): string {
  return `${secretPrefix}${Buffer.from(key).toString('base64')}`;
}

/**
 * Signs a message with every secret that is in force, so that a receiver can change over at its own pace.
 *
 * @param keys the newest first
 * @param seconds since 1970: when it is sent
 */
export function signedHeaders(id: string, body: string, seconds: number, keys: readonly Uint8Array[]): SignedHeaders {
  const content = `${id}.${seconds}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}
