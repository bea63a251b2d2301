import type { ServiceSecret } from '../../service-secrets/service-secret.js';

/** What the secrets of a webhook follow from. */
export interface SecretVersions {
  readonly id: string;
  readonly secretVersion: number;
  /** RFC 3339; until then the version before is in force, too. */
  readonly previousUntil?: string;
}

/** The keys of a webhook that are in force. */
export interface WebhookKeys {
  readonly present: Uint8Array;
  readonly previous?: { readonly key: Uint8Array; readonly until: string };
}

/**
 * The secrets of webhooks. They are derived and stored nowhere: what is on record tells nobody how to sign, and every
 * node of the service comes to the same.
 */
export class WebhookSecrets {
  constructor(private readonly service: ServiceSecret) {}

  /** @param now milliseconds since 1970 */
  keysOf({ id, secretVersion, previousUntil }: SecretVersions, now: number): WebhookKeys {
    const present = this.#key(id, secretVersion);
    if (previousUntil === undefined || secretVersion < 2 || Date.parse(previousUntil) <= now) return { present };
    return { present, previous: { key: this.#key(id, secretVersion - 1), until: previousUntil } };
  }

  #key(id: string, version: number): Uint8Array {
    return this.service.derive(`webhook\n${id}\n${version}`);
  }
}
