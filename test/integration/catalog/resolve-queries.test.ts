import { describe, expect, it } from 'vitest';
import { ProjectedCatalog } from './projected-catalog.js';
import { SlotLog, digest, slot } from './slot-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const web = slot('acme', 'web');
const shared = slot('beta', 'web');

async function catalogOf(write: (log: SlotLog) => void): Promise<ProjectedCatalog> {
  const log = new SlotLog();
  write(log);
  return ProjectedCatalog.of(log.events);
}

describeOnEachReadModel(() => {
  describe('a reference', () => {
    it('means the owner’s repository at a digest, also where the image is shared in', async () => {
      const catalog = await catalogOf((log) => {
        log.push(web, 'v1', digest(1), { size: 7, platforms: ['linux/arm64'] });
        log.share(web, 'beta');
      });
      const found = {
        kind: 'resolved',
        source: web,
        repository: 'registry.example/acme/sandbox/web',
        digest: digest(1),
        size: 7,
        platforms: ['linux/arm64'],
        reference: `registry.example/acme/sandbox/web@${digest(1)}`,
      };
      expect(await catalog.queries.resolve.resolve(shared, { tag: 'v1' })).toEqual({ ...found, tag: 'v1' });
      expect(await catalog.queries.resolve.resolve(web, { digest: digest(1) })).toEqual(found);
      await catalog.close();
    });

    it('without a tag means what was pushed last, a moved tag included', async () => {
      const catalog = await catalogOf((log) => {
        log.push(web, 'v1', digest(1));
        log.push(web, 'v2', digest(2));
        log.push(web, 'v1', digest(3));
        log.share(web, 'beta');
      });
      expect(await catalog.queries.resolve.resolve(shared, 'latest')).toMatchObject({ tag: 'v1', digest: digest(3) });
      await catalog.close();
    });

    it('without a tag means the next newest after the newest was deleted', async () => {
      const catalog = await catalogOf((log) => {
        log.push(web, 'v1', digest(1));
        log.push(web, 'v2', digest(2));
        log.push(web, 'v3', digest(3));
        log.execute({ type: 'DeleteTag', data: { slot: web, tag: 'v3' } });
      });
      expect(await catalog.queries.resolve.resolve(web, 'latest')).toMatchObject({ tag: 'v2' });
      await catalog.close();
    });

    it('says what is missing', async () => {
      const catalog = await catalogOf((log) => {
        log.push(web, 'v1', digest(1));
        log.push(web, 'v1', digest(2));
        log.register(slot('acme', 'bare'));
      });
      const { resolve } = catalog.queries;
      expect(await resolve.resolve(slot('acme', 'nothing'), 'latest')).toEqual({ kind: 'image-not-found' });
      expect(await resolve.resolve(web, { tag: 'v2' })).toEqual({ kind: 'tag-not-found' });
      expect(await resolve.resolve(web, { digest: digest(1) })).toEqual({ kind: 'digest-not-found' });
      expect(await resolve.resolve(slot('acme', 'bare'), 'latest')).toEqual({ kind: 'tag-not-found' });
      await catalog.close();
    });
  });
});
