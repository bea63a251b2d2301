import type { FileServiceSecrets } from './file.service-secrets.js';
import type { ServiceSecrets } from './service-secrets.js';

/** Where a node finds the secrets of the service. */
export interface SecretPlaces {
  /** In its own data directory. */
  readonly files: FileServiceSecrets;
  /** What all nodes look into; `undefined` where there is one node. */
  readonly shared: ServiceSecrets | undefined;
}
