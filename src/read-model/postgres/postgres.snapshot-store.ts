import type { Json } from '../../event-sourcing/json.js';
import type { SnapshotStore } from '../../event-sourcing/snapshot-store.js';
import type { PostgresConnections } from './postgres.connections.js';

/** Keeps the newest snapshot of each stream in a table beside the projections'. */
export class PostgresSnapshotStore implements SnapshotStore {
  constructor(private readonly database: PostgresConnections) {}

  async load(
    stream: string,
    version: string,
  ): Promise<{ readonly revision: bigint; readonly state: Json } | undefined> {
    const { rows } = await this.database.run(
      'SELECT revision, state FROM snapshots WHERE stream = $1 AND version = $2',
      [stream, version],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    return { revision: BigInt(Number(row['revision'])), state: JSON.parse(String(row['state'])) as Json };
  }

  async save(stream: string, version: string, revision: bigint, state: Json): Promise<void> {
    await this.database.run(
      'INSERT INTO snapshots AS held (stream, version, revision, state) VALUES ($1, $2, $3, $4) ' +
        'ON CONFLICT (stream) DO UPDATE ' +
        'SET version = excluded.version, revision = excluded.revision, state = excluded.state ' +
        'WHERE held.version <> excluded.version OR held.revision <= excluded.revision',
      [stream, version, revision, JSON.stringify(state)],
    );
  }
}
