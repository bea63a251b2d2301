import { CompiledQuery } from 'kysely';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditProjection } from '../../../src/audit/audit.projection.js';
import type { AuditTables } from '../../../src/audit/audit.tables.js';
import { replay } from '../../../src/audit/replay.js';
import { SqlFeedIndex } from '../../../src/catalog/feed/sql.feed-index.js';
import { catalogHistoryProjection } from '../../../src/catalog/history/catalog-history.projection.js';
import type { CatalogHistorySchema } from '../../../src/catalog/history/history.tables.js';
import { prepareQuery } from '../../../src/read-model/prepared-query.js';
import { SqliteReadModel, readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { fullScans, plansOf } from '../../support/query-plans.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';

type Tables = AuditTables & CatalogHistorySchema;

const web = slotOf('acme/sandbox/web');
const parties = { shareId: 's1', target: 'guest', targetAccountId: 'a1' };
let directory: { readonly path: string; remove(): Promise<void> };
let positions: readonly string[];

beforeAll(async () => {
  directory = await temporaryDirectory();
  const log = new WrittenLog();
  positions = [
    await log.image(web, pushed('v1', digestOf(1), 1)),
    await log.image(web, { type: 'ShareRequested', data: { ...parties, expiresAt: '2030-01-01T00:00:00Z' } }),
    await log.image(web, { type: 'ImageShared', data: parties }),
    await log.image(slotOf('guest/sandbox/web'), {
      type: 'SharedImageReceived',
      data: { shareId: 's1', source: 'acme' },
    }),
    await log.image(web, pushed('v2', digestOf(2), 1)),
    await log.image(slotOf('guest/sandbox/web'), {
      type: 'SharedImageRevoked',
      data: { shareId: 's1', source: 'acme', reason: 'requested' },
    }),
  ];
  const readModel = await SqliteReadModel.open<Tables>({ directory: directory.path });
  const through = await log.store.head();
  if (through === undefined) throw new Error('nothing was written');
  const projections = [auditProjection, catalogHistoryProjection()];
  const steps = replay({ reader: log.store, into: readModel.projections, projections, through });
  for await (const { events } of steps) expect(events).toBe(positions.length);
  await readModel.close();
});

afterAll(() => directory.remove());

function indexOver(db: Kysely<Tables>): SqlFeedIndex {
  const run = async (sql: string, parameters: readonly unknown[]): Promise<readonly unknown[]> =>
    (await db.executeQuery(CompiledQuery.raw(sql, [...parameters]))).rows;
  return new SqlFeedIndex({ prepare: (template) => prepareQuery(db, run, template) }, () => positions.at(-1));
}

describe('the index of a feed', () => {
  const file = (): string => `${directory.path}/${readModelFile}`;
  const all = () => ({ after: undefined, through: positions.at(-1) ?? '', limit: 10 });

  it('finds the events of own slots by type, those that ask, and those that come along', async () => {
    const found: unknown[] = [];
    await plansOf<Tables>(file(), async (db) => {
      const index = indexOver(db);
      found.push(await index.own('acme', 'TagPushed', all()));
      found.push(await index.own('acme', 'TagPushed', { ...all(), after: positions[0] }));
      found.push(await index.own('nobody', 'TagPushed', all()));
      found.push(await index.asking('guest', all()));
      found.push(await index.comingAlong(web, all()));
      found.push(await index.comingAlong(web, { ...all(), limit: 1 }));
    });
    const place = (event: number, revision: bigint) => ({
      position: positions[event],
      stream: 'image-acme/sandbox/web',
      revision,
    });
    const pushes = [place(0, 0n), place(4, 3n)];
    expect(found).toEqual([pushes, [place(4, 3n)], [], [place(1, 1n)], pushes, [place(0, 0n)]]);
  });

  it('knows what was shared with a workspace at any position', async () => {
    await plansOf<Tables>(file(), async (db) => {
      const index = indexOver(db);
      const sharedAt = await Promise.all(positions.map((at) => index.sharedWith('guest', at)));
      expect(sharedAt).toEqual([[], [], [], [web], [web], []]);
    });
  });

  it('walks through no table', async () => {
    const steps = await plansOf<Tables>(file(), async (db) => {
      const index = indexOver(db);
      await index.own('acme', 'TagPushed', all());
      await index.asking('guest', all());
      await index.comingAlong(web, all());
      await index.sharedWith('guest', positions[3] ?? '');
    });
    expect(fullScans(steps)).toEqual([]);
    expect(steps.filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
    for (const columns of ['workspace_number=? AND type_number=? AND position>?', 'stream_number=? AND position>?']) {
      expect(steps).toContainEqual(expect.stringContaining(columns));
    }
  });
});
