import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { temporaryDirectory } from '../event-store/temporary-directory.js';

/** A certificate for the loopback, and the authority that signed it. */
export interface Certificates {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
  /** Path of the authority's certificate, as a client wants it. */
  readonly caFile: string;
  /** Removes the file. */
  remove(): Promise<void>;
}

/** A new authority and a certificate of it for 127.0.0.1 and localhost. */
export async function createCertificates(): Promise<Certificates> {
  const authority = await generate([{ name: 'commonName', value: 'Authority of a test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const directory = await temporaryDirectory();
  const caFile = join(directory.path, 'ca.crt');
  await writeFile(caFile, authority.cert);
  return { key: server.private, certificate: server.cert, caFile, remove: () => directory.remove() };
}
