import { describe, expect, it } from 'vitest';
import { ProjectedCatalog } from './projected-catalog.js';
import { SlotLog, digest, slot } from './slot-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const web = slot('acme', 'web');
const shared = slot('beta', 'web');

describeOnEachReadModel(() => {
  describe('what a workspace saw', () => {
    it('is exact across hundreds of changes of one image', async () => {
      const log = new SlotLog();
      const growing = await ProjectedCatalog.open();
      const seen: { position: string; body: string }[] = [];
      log.push(web, 'v0', digest(1));
      log.share(web, 'beta');
      for (let n = 0; n < 900; n++) {
        // The tags outgrow the shortest stretch between snapshots, so that later ones are further apart.
        log.push(web, n % 3 === 0 ? `v${n % 7}` : `build-${n}`, digest(n + 2), { size: n });
      }
      const sizes = [1, 90, 3, 150, 64, 65, 200, 7, 400];
      let begin = 0;
      for (const size of sizes) {
        const batch = log.events.slice(begin, begin + size);
        if (batch.length === 0) break;
        await growing.project(batch);
        begin += size;
        const position = batch.at(-1)?.position ?? '';
        seen.push({ position, body: (await growing.queries.images.list('beta')).body });
      }
      const dump = await growing.dump();
      expect(dump['catalog_slot_snapshots']?.length).toBeGreaterThanOrEqual(3);
      for (const { position, body } of seen) {
        expect((await growing.queries.history.list('beta', position)).body).toBe(body);
      }
      await growing.close();
    });

    it('ends and begins with the slot', async () => {
      const log = new SlotLog();
      log.push(web, 'v1', digest(1));
      log.share(web, 'beta');
      const during = log.now;
      log.unshare(web, 'beta');
      const after = log.now;
      log.push(shared, 'own', digest(7));
      const catalog = await ProjectedCatalog.of(log.events);
      const { history } = catalog.queries;
      const at = async (time: string): Promise<unknown> => {
        const position = await history.positionAt(time);
        const image = position === undefined ? undefined : await history.get(shared, position);
        return image === undefined ? undefined : JSON.parse(image.body);
      };
      expect(await at('2025-12-31T00:00:00.000Z')).toBeUndefined();
      expect(await at('2026-01-01T00:00:00.000Z')).toBeUndefined();
      expect(await at(during)).toMatchObject({ metadata: { sourceWorkspace: 'acme' } });
      expect(await at(after)).toBeUndefined();
      const own = await at(log.now);
      expect(own).toMatchObject({ spec: { tags: [{ name: 'own' }] } });
      expect(own).not.toHaveProperty('metadata.sourceWorkspace');
      await catalog.close();
    });

    it('is not confused by a clock that was wrong for a while', async () => {
      const log = new SlotLog();
      log.push(web, 'v1', digest(1));
      log.shiftClock(10 * 365 * 86_400_000);
      for (let n = 0; n < 5; n++) log.push(web, `far-${n}`, digest(n));
      log.shiftClock(-10 * 365 * 86_400_000);
      log.push(web, 'v2', digest(2));
      const catalog = await ProjectedCatalog.of(log.events, [2]);
      const { history } = catalog.queries;
      expect(await history.positionAt(log.now)).toBe(log.position);
      expect(await history.positionAt('2099-01-01T00:00:00.000Z')).toBe(log.position);
      expect((await catalog.dump())['catalog_moments']).toHaveLength(3);
      await catalog.close();
    });

    it('can be paged and filtered', async () => {
      const log = new SlotLog();
      for (const name of ['a', 'b', 'web']) log.push(slot('acme', name), 'v1', digest(1));
      log.push(slot('acme', 'x', 'agent'), 'v1', digest(1));
      const then = log.position;
      log.execute({ type: 'DeleteImage', data: { slot: slot('acme', 'b') } });
      const catalog = await ProjectedCatalog.of(log.events);
      const { history } = catalog.queries;
      expect((await history.list('acme', then)).count).toBe(4);
      expect((await history.list('acme', log.position)).count).toBe(3);
      expect((await history.list('acme', then, { type: 'sandbox', q: 'e' })).count).toBe(1);
      const first = await history.list('acme', then, { limit: 3 });
      expect(first.count).toBe(3);
      const second = await history.list('acme', then, {
        limit: 3,
        after: { resourceType: 'sandbox', name: 'b' },
      });
      expect(second.count).toBe(1);
      expect(second.nextCursor).toBeUndefined();
      expect(first.nextCursor).toBeDefined();
      await catalog.close();
    });
  });
});
