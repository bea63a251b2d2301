import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { openStores } from '../../../src/composition/open-stores.js';
import { eventsFile } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import type { Recorder } from './recorder.js';

/** Writes into the stores of a service that is not running what a service never writes. */
export async function damage(directory: string): Promise<void> {
  const metadata = {
    commandId: 'written-by-hand',
    correlationId: 'written-by-hand',
    principal: 'operator',
    via: 'hand',
    occurredAt: '2026-01-01T00:00:00.000Z',
    schemaVersion: 1,
  };
  const unknown = { id: randomUUID(), type: 'NoSuchEvent', data: {}, metadata };
  const unreadable = { id: randomUUID(), type: 'TagPushed', data: { tag: 42 }, metadata };
  const stores = await openStores(directory);
  await stores.events.append('image-live/sandbox/damaged', 'no-stream', [unknown, unreadable]);
  await stores.close();

  const somewhere = "command_id = (SELECT min(command_id) FROM command_log WHERE stream LIKE 'account-%')";
  tamper(`${directory}/${readModelFile}`, [
    `DELETE FROM command_log__g1 WHERE ${somewhere}`,
    `UPDATE command_log__g1 SET revision = 42 WHERE ${somewhere}`,
    "INSERT INTO command_log__g1 VALUES ('made-up', 'account-none', 0, '0000000000000001')",
  ]);
}

/** Looks at the damage, over a service that was started again. */
export async function damageStory(recorder: Recorder, directory: string): Promise<void> {
  await recorder.expect(200, 'GET', '/v0/projections');
  await recorder.expect(200, 'POST', '/v0/projections/catalog/retry');
  await recorder.expect(200, 'POST', '/v0/audit/verify');
  // Damage that comes while the service runs is met by who reads on.
  tamper(`${directory}/${eventsFile}`, [
    "UPDATE events SET metadata = '{}' WHERE stream = 'image-live/sandbox/damaged'",
  ]);
  await recorder.expect(200, 'GET', '/v0/audit/export');
}

function tamper(file: string, statements: readonly string[]): void {
  const database = new Database(file);
  for (const statement of statements) {
    if (database.prepare(statement).run().changes === 0) throw new Error(`nothing was changed by ${statement}`);
  }
  database.close();
}
