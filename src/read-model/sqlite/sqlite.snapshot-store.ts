import type { Json } from '../../event-sourcing/json.js';
import type { SnapshotStore } from '../../event-sourcing/snapshot-store.js';
import type { SqliteConnection } from './sqlite.connection.js';
import { attempt } from './sqlite.generation.js';

/** Keeps the newest snapshot of each stream in the read model's file. */
export class SqliteSnapshotStore implements SnapshotStore {
  constructor(private readonly connection: SqliteConnection) {}

  load(stream: string, version: string): Promise<{ readonly revision: bigint; readonly state: Json } | undefined> {
    return attempt(() => {
      const row = this.connection
        .statement('SELECT revision, state FROM snapshots WHERE stream = ? AND version = ?')
        .get(stream, version);
      if (row === undefined) return undefined;
      const { revision, state } = row as { revision: number; state: string };
      return { revision: BigInt(revision), state: JSON.parse(state) as Json };
    });
  }

  save(stream: string, version: string, revision: bigint, state: Json): Promise<void> {
    return attempt(() =>
      this.connection.transaction(() => {
        this.connection
          .statement(
            'INSERT INTO snapshots (stream, version, revision, state) VALUES (?, ?, ?, ?) ON CONFLICT (stream) DO UPDATE ' +
              'SET version = excluded.version, revision = excluded.revision, state = excluded.state ' +
              'WHERE version <> excluded.version OR revision <= excluded.revision',
          )
          .run(stream, version, revision, JSON.stringify(state));
      }),
    );
  }
}
