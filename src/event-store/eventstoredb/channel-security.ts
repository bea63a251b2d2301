import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConnectionOptions } from '@eventstore/db-client/dist/Client/parseConnectionString.js';

/** How a connection is kept secret: not at all, or with whose certificates. */
export interface ChannelSecurity {
  readonly insecure: boolean;
  readonly rootCertificate?: Buffer;
  readonly userKeyFile?: Buffer;
  readonly userCertFile?: Buffer;
}

/** @throws Error when a file that the connection string names cannot be read */
export function securityOf({ tls, tlsCAFile, userCertFile, userKeyFile }: ConnectionOptions): ChannelSecurity {
  if (tls === false) return { insecure: true };
  if ((userCertFile === undefined) !== (userKeyFile === undefined)) {
    throw new Error('userCertFile and userKeyFile belong together; the connection string must name both or neither');
  }
  return {
    insecure: false,
    ...(tlsCAFile !== undefined && { rootCertificate: contentOf(tlsCAFile) }),
    ...(userCertFile !== undefined && { userCertFile: contentOf(userCertFile) }),
    ...(userKeyFile !== undefined && { userKeyFile: contentOf(userKeyFile) }),
  };
}

function contentOf(file: string): Buffer {
  const path = resolve(file);
  try {
    return readFileSync(path);
  } catch (fault) {
    throw new Error(`the certificate file ${path} that the connection string names cannot be read`, { cause: fault });
  }
}
