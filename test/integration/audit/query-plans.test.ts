import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditFilter } from '../../../src/audit/audit.filter.js';
import { AuditIndex } from '../../../src/audit/audit.index.js';
import { auditProjection } from '../../../src/audit/audit.projection.js';
import type { AuditTables } from '../../../src/audit/audit.tables.js';
import { replay } from '../../../src/audit/replay.js';
import { StorageQueries } from '../../../src/billing/storage.queries.js';
import { storageProjection } from '../../../src/billing/storage.projection.js';
import type { StorageTables } from '../../../src/billing/storage.tables.js';
import { SqliteReadModel, readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { fullScans, plansOf } from '../../support/query-plans.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';

let directory: { readonly path: string; remove(): Promise<void> };
let file: string;

beforeAll(async () => {
  directory = await temporaryDirectory();
  file = `${directory.path}/${readModelFile}`;
  const { store: reader, ...log } = await someLog();
  const readModel = await SqliteReadModel.open<object>({ directory: directory.path });
  const into = readModel.projections;
  const projections = [storageProjection, auditProjection];
  for await (const step of replay({ reader, into, projections, through: log.last })) expect(step.events).toBe(3);
  await readModel.close();
});

afterAll(() => directory.remove());

async function someLog() {
  const log = new WrittenLog();
  await log.image(slotOf('acme/sandbox/web'), pushed('v1', digestOf(1), 1));
  await log.image(slotOf('acme/sandbox/web'), {
    type: 'ImageShared',
    data: { shareId: 's1', target: 'guest', targetAccountId: 'a1' },
  });
  const received = { type: 'SharedImageReceived', data: { shareId: 's1', source: 'acme' } } as const;
  return { store: log.store, last: await log.image(slotOf('guest/sandbox/web'), received) };
}

describe('questions about one thing', () => {
  const web = { resourceType: 'sandbox', name: 'web' } as const;
  it.each<AuditFilter>([
    { workspace: 'acme' },
    { workspace: 'acme', types: ['TagPushed', 'ImageShared'] },
    { workspace: 'acme', from: 0, to: 2e12 },
    { workspace: 'acme', image: web },
    { concerning: 'guest' },
    { image: web },
    { stream: 'image-acme/sandbox/web' },
    { principal: 'user:alice' },
    { types: ['TagPushed'] },
  ])('the audit does not walk through all events for %j', async (filter) => {
    const steps = await plansOf<AuditTables>(file, (db) => new AuditIndex(db).find(filter, 'descending', 10));
    expect(steps).toContainEqual(expect.stringMatching(/^SEARCH audit_events/));
    expect(fullScans(steps)).toEqual([]);
  });

  it('the bill of a workspace does not walk through those of others, nor through what was before', async () => {
    const steps = await plansOf<StorageTables>(file, (db) =>
      new StorageQueries(db).storage({
        period: { from: 1e12, to: 1e12 + 5_000 },
        now: 2e12,
        workspaces: ['acme', 'guest'],
        stepMs: 1_000,
      }),
    );
    expect(steps).toContainEqual(
      expect.stringMatching(
        /^SEARCH billing_stretches\S* .*\(workspace=\? AND span=\? AND started>\? AND started<\?\)/,
      ),
    );
    expect(steps).toContainEqual(expect.stringMatching(/^SEARCH billing_tags\S* .*\(workspace=\? AND/));
    expect(steps.filter((step) => /billing_digests\S* USING PRIMARY KEY \(workspace=\?\)/.test(step))).toEqual([]);
    expect(fullScans(steps)).toEqual([]);
  });
});
