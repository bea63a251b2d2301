import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { SecretName, ServiceSecrets } from '../../service-secrets/service-secrets.js';
import type { PostgresConnections } from './postgres.connections.js';

/** Somebody who deletes what was just settled, again and again, is not waited for. */
const attempts = 5;

/** Keeps the secrets in a table beside the read model's, for every node of the service. */
export class PostgresServiceSecrets implements ServiceSecrets {
  constructor(private readonly database: PostgresConnections) {}

  async find(name: SecretName): Promise<string | undefined> {
    const { rows } = await this.database.run('SELECT value FROM service_secrets WHERE name = $1', [name]);
    const [row] = rows;
    return row === undefined ? undefined : String(row['value']);
  }

  async settle(name: SecretName, proposed: string): Promise<string> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      // Waits for whoever inserts at the same moment, so that the next statement sees the winner.
      await this.database.run(
        'INSERT INTO service_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
        [name, proposed],
      );
      const kept = await this.find(name);
      if (kept !== undefined) return kept;
    }
    throw new StoreUnavailableError(`the secret ${name} is being deleted from the read model; start again`);
  }
}
