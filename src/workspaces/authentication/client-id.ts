import { randomBytes } from 'node:crypto';

/** A client id for a new service account: `sa_` and 80 random bits. */
export function newClientId(): string {
  return `sa_${randomBytes(10).toString('hex')}`;
}
