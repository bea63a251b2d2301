import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMetadata } from '../../../src/event-sourcing/codec.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { Row } from '../../../src/event-sourcing/projection.js';
import { latestTag } from '../../../src/images/domain/image.queries.js';
import { slotLabel } from '../../../src/vocabulary/slot.js';
import { ProjectedCatalog } from './projected-catalog.js';
import { allSlots, anyLog, workspaces } from './random-log.js';
import type { SlotLog } from './slot-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const runs = { numRuns: 40 };
const batchSizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 30 });

/** Rows as the rules see the slots: who holds what, which tags, shares and deployments there are. */
function expectedRows(log: SlotLog): Record<string, unknown[]> {
  const images: unknown[] = [];
  const tags: unknown[] = [];
  const shares: unknown[] = [];
  const deployments: unknown[] = [];
  for (const slot of allSlots) {
    const state = log.state(slot);
    if (state.kind === 'empty') continue;
    const { workspace, resourceType: resource_type, name } = slot;
    const source_workspace = state.kind === 'shared-in' ? state.source : null;
    images.push({ workspace, resource_type, name, source_workspace });
    for (const { kind, deployment, digest, tag = null } of state.deployments.values()) {
      deployments.push({ workspace, kind, deployment, resource_type, name, tag, digest });
    }
    if (state.kind === 'shared-in') continue;
    for (const [tag, { digest }] of state.tags) tags.push({ slot: slotLabel(slot), tag, digest });
    for (const { shareId, target } of state.shares.values())
      shares.push({ share_id: shareId, target, status: 'active' });
    for (const { shareId, target } of state.requests.values()) {
      shares.push({ share_id: shareId, target, status: 'pending' });
    }
  }
  return { images, tags, shares, deployments };
}

function pick(rows: readonly Row[] | undefined, columns: Readonly<Record<string, string>>): unknown[] {
  return (rows ?? []).map((row) =>
    Object.fromEntries(Object.entries(columns).map(([column, key]) => [key, row[column] ?? null])),
  );
}

const same = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]));

/** The types that change what an image shows. */
const shown =
  /^(ImageRegistered|ImageDeleted|TagPushed|TagDeleted|SharedImageReceived|SharedImageRevoked|ImageDeployed)$/;

function timeOf(event: RecordedEvent): string {
  return readMetadata(event).occurredAt;
}

describeOnEachReadModel(() => {
  describe('the catalog', () => {
    it('shows what the slots hold', async () => {
      await fc.assert(
        fc.asyncProperty(anyLog, async (log) => {
          const catalog = await ProjectedCatalog.of(log.events);
          const dump = await catalog.dump();
          const expected = expectedRows(log);
          expect(pick(dump['catalog_images'], same('workspace', 'resource_type', 'name', 'source_workspace'))).toEqual(
            expect.arrayContaining(expected['images'] ?? []),
          );
          expect(dump['catalog_images']).toHaveLength(expected['images']?.length ?? 0);
          expect(pick(dump['catalog_tags'], same('slot', 'tag', 'digest'))).toEqual(
            expect.arrayContaining(expected['tags'] ?? []),
          );
          expect(dump['catalog_tags']).toHaveLength(expected['tags']?.length ?? 0);
          const shareColumns = { share_id: 'share_id', target_workspace: 'target', status: 'status' };
          expect(pick(dump['catalog_shares'], shareColumns)).toEqual(expect.arrayContaining(expected['shares'] ?? []));
          expect(dump['catalog_shares']).toHaveLength(expected['shares']?.length ?? 0);
          await catalog.close();
        }),
        runs,
      );
    });

    it('finds the tag that the rules call the latest', async () => {
      await fc.assert(
        fc.asyncProperty(anyLog, async (log) => {
          const catalog = await ProjectedCatalog.of(log.events);
          for (const slot of allSlots) {
            const state = log.state(slot);
            const latest = latestTag(state);
            if (state.kind !== 'owned') continue;
            const found = await catalog.queries.resolve.resolve(slot, 'latest');
            if (latest === undefined) expect(found).toEqual({ kind: 'tag-not-found' });
            else expect(found).toMatchObject({ kind: 'resolved', tag: latest.tag, digest: latest.digest });
          }
          await catalog.close();
        }),
        runs,
      );
    });

    it('has the same rows however its events are cut into batches and commits', async () => {
      await fc.assert(
        fc.asyncProperty(anyLog, batchSizes, fc.integer({ min: 1, max: 4 }), async (log, sizes, commitEvery) => {
          const whole = await ProjectedCatalog.of(log.events, [10_000]);
          const cut = await ProjectedCatalog.of(log.events, sizes, commitEvery);
          expect(await cut.dump()).toEqual(await whole.dump());
          await Promise.all([whole.close(), cut.close()]);
        }),
        runs,
      );
    });

    it('shows at every position what it showed then', async () => {
      await fc.assert(
        fc.asyncProperty(anyLog, async (log) => {
          const all = await ProjectedCatalog.of(log.events);
          const growing = await ProjectedCatalog.open();
          for (const [index, event] of log.events.entries()) {
            await growing.project([event]);
            if (index % 7 !== 0) continue;
            for (const workspace of workspaces) {
              const then = await growing.queries.images.list(workspace);
              expect((await all.queries.history.list(workspace, event.position)).body).toBe(then.body);
            }
          }
          await Promise.all([all.close(), growing.close()]);
        }),
        { numRuns: 30 },
      );
    });

    it('knows the position of every time, whatever the clocks did', async () => {
      const changes = (log: SlotLog) =>
        log.events.filter(({ stream, type }) => stream.startsWith('image-') && shown.test(type));
      await fc.assert(
        fc.asyncProperty(anyLog, async (log) => {
          const catalog = await ProjectedCatalog.of(log.events, [3]);
          const { history } = catalog.queries;
          for (const time of changes(log).map(timeOf)) {
            const last = changes(log).findLast((event) => timeOf(event) <= time);
            const position = await history.positionAt(time);
            for (const workspace of workspaces) {
              const then = (await history.list(workspace, last?.position ?? '')).body;
              expect((await history.list(workspace, position ?? '')).body).toBe(then);
            }
          }
          await catalog.close();
        }),
        { numRuns: 15 },
      );
    });

    it('changes the entity tag of a list when, and only where, the list changes', async () => {
      await fc.assert(
        fc.asyncProperty(anyLog, async (log) => {
          const growing = await ProjectedCatalog.open();
          const bodies = new Map<string, string>();
          for (const event of log.events) {
            await growing.project([event]);
            for (const workspace of workspaces) {
              const { body, etag } = await growing.queries.images.list(workspace);
              const key = `${workspace} ${etag}`;
              expect(bodies.get(key) ?? body).toBe(body);
              bodies.set(key, body);
            }
          }
          await growing.close();
        }),
        { numRuns: 30 },
      );
    });
  });
});
