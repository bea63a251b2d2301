import { createHmac, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from './private-file.js';

const fileName = 'service.secret';

/** So many characters a secret has at least. */
export const shortestSecret = 32;

/** What all secrets that the service hands out are derived from. */
export class ServiceSecret {
  constructor(private readonly secret: string) {}

  /** 32 bytes for one purpose: always the same, and of no help in finding those for another. */
  derive(purpose: string): Uint8Array {
    return createHmac('sha256', this.secret).update(purpose).digest();
  }
}

/**
 * The secret the environment gives, else the one in `<dataDirectory>/service.secret`, else a new one that is written
 * there, readable by its owner only.
 *
 * @throws Error when the file is open to others or does not hold a secret; says what to do
 */
export async function loadServiceSecret(given: string | undefined, dataDirectory: string): Promise<ServiceSecret> {
  if (given !== undefined) return new ServiceSecret(given);
  const path = join(dataDirectory, fileName);
  const kept = await readPrivateFile(path, 'the secret of the service');
  if (kept !== undefined) {
    if (kept.length >= shortestSecret && !/\s/.test(kept)) return new ServiceSecret(kept);
    throw new Error(
      `${path} does not hold a secret: one line of at least ${shortestSecret} characters; put it back from a backup, ` +
        'or delete it and start again for a new one: every webhook then has another secret',
    );
  }
  const created = randomBytes(32).toString('base64url');
  await mkdir(dataDirectory, { recursive: true });
  await writePrivateFile(path, created);
  return new ServiceSecret(created);
}
