import { createHmac, randomBytes } from 'node:crypto';
import type { SecretPlaces } from './secret-places.js';

/** What all secrets that the service hands out are derived from. */
export class ServiceSecret {
  constructor(private readonly secret: string) {}

  /** 32 bytes for one purpose: always the same, and of no help in finding those for another. */
  derive(purpose: string): Uint8Array {
    return createHmac('sha256', this.secret).update(purpose).digest();
  }
}

/** The secret of the service, and what has to be said about it. */
export interface LoadedServiceSecret {
  readonly secret: ServiceSecret;
  /** A file with another secret, which is not in force: another node's was first. */
  readonly ignoredFile?: string;
}

/**
 * The secret the environment gives, else the one that the nodes share, else the one in the file, else a new one. Every
 * node keeps it in its file: whichever starts first when the shared place has lost it brings it back.
 *
 * @throws Error when the file is open to others or does not hold a secret, or the shared place is away; says what to do
 */
export async function loadServiceSecret(
  given: string | undefined,
  { files, shared }: SecretPlaces,
): Promise<LoadedServiceSecret> {
  if (given !== undefined) return { secret: new ServiceSecret(given) };
  const name = 'service-secret';
  const proposed = (await files.find(name)) ?? randomBytes(32).toString('base64url');
  const settled = shared === undefined ? proposed : await shared.settle(name, proposed);
  const filed = await files.settle(name, settled);
  return { secret: new ServiceSecret(settled), ...(filed !== settled && { ignoredFile: files.path(name) }) };
}
