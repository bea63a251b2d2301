import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageFilter } from '../../../src/catalog/queries/image-page.query.js';
import { parseImageCursor } from '../../../src/catalog/queries/image-cursor.js';
import { ProjectedCatalog } from './projected-catalog.js';
import { SlotLog, digest, slot } from './slot-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const web = slot('acme', 'web');
const shared = slot('beta', 'web');

describeOnEachReadModel(() => {
  describe('the images of a workspace', () => {
    let log: SlotLog;
    let catalog: ProjectedCatalog;

    beforeEach(async () => {
      log = new SlotLog();
      catalog = await ProjectedCatalog.open();
    });

    afterEach(() => catalog.close());

    /** Projects what was logged since the last time. */
    let projected = 0;
    beforeEach(() => {
      projected = 0;
    });
    async function settle(): Promise<void> {
      await catalog.project(log.events.slice(projected));
      projected = log.events.length;
    }

    async function names(filter: ImageFilter = {}, workspace = 'acme'): Promise<unknown[]> {
      const { body, count } = await catalog.queries.images.list(workspace, filter);
      const list: unknown = JSON.parse(body);
      if (!Array.isArray(list)) throw new TypeError('a list is an array');
      expect(list).toHaveLength(count);
      return list.map(
        (image: { metadata: { resourceType: string; name: string } }) =>
          `${image.metadata.resourceType}/${image.metadata.name}`,
      );
    }

    it('are shown as the management API shows them', async () => {
      log.push(web, 'v1', digest(1), { size: 100 });
      log.push(web, 'v2', digest(2), { size: 250, platforms: ['linux/amd64', 'linux/arm64/v8'] });
      log.deploy(web, 'box', 'v1');
      await settle();

      expect(await catalog.list('acme')).toEqual([
        {
          metadata: {
            name: 'web',
            resourceType: 'sandbox',
            workspace: 'acme',
            displayName: 'registry.example/acme/sandbox/web',
            createdAt: '2026-01-01T00:00:00.000Z',
            updatedAt: '2026-01-01T00:00:02.000Z',
            lastDeployedAt: '2026-01-01T00:00:03.000Z',
            status: 'BUILT',
          },
          spec: {
            size: 350,
            tags: [
              {
                name: 'v2',
                size: 250,
                createdAt: '2026-01-01T00:00:02.000Z',
                updatedAt: '2026-01-01T00:00:02.000Z',
                digest: digest(2),
                platforms: ['linux/amd64', 'linux/arm64/v8'],
              },
              {
                name: 'v1',
                size: 100,
                createdAt: '2026-01-01T00:00:01.000Z',
                updatedAt: '2026-01-01T00:00:01.000Z',
                digest: digest(1),
                platforms: ['linux/amd64'],
              },
            ],
          },
        },
      ]);
    });

    it('say in a target who owns them, with the dates of the original', async () => {
      log.push(web, 'v1', digest(1));
      log.share(web, 'beta');
      log.push(web, 'v2', digest(2));
      await settle();

      expect(await catalog.list('beta')).toMatchObject([
        {
          metadata: {
            workspace: 'beta',
            sourceWorkspace: 'acme',
            displayName: 'registry.example/acme/sandbox/web',
            createdAt: '2026-01-01T00:00:00.000Z',
            updatedAt: '2026-01-01T00:00:04.000Z',
            sharedAt: '2026-01-01T00:00:03.000Z',
          },
          spec: { tags: [{ name: 'v2' }, { name: 'v1' }] },
        },
      ]);
    });

    it('count a digest once, and keep the birth of a tag that moves', async () => {
      log.push(web, 'v1', digest(1), { size: 100 });
      log.push(web, 'latest', digest(1), { size: 100 });
      await settle();
      log.push(web, 'v1', digest(2), { size: 30 });
      log.push(web, 'latest', digest(2), { size: 30 });
      await settle();

      expect(await catalog.list('acme')).toMatchObject([
        {
          spec: {
            size: 30,
            tags: [
              { name: 'latest', createdAt: '2026-01-01T00:00:02.000Z', updatedAt: '2026-01-01T00:00:04.000Z' },
              { name: 'v1', createdAt: '2026-01-01T00:00:01.000Z', updatedAt: '2026-01-01T00:00:03.000Z' },
            ],
          },
        },
      ]);
    });

    it('are not built before there is something to run', async () => {
      log.register(web);
      log.register(slot('acme', 'imported'), 'docker.io/library/busybox');
      await settle();
      expect(await catalog.list('acme')).toMatchObject([
        { metadata: { name: 'imported', status: 'BUILT' }, spec: { size: 0, tags: [] } },
        { metadata: { name: 'web' } },
      ]);
      expect((await catalog.queries.images.get(web))?.body).not.toContain('status');
    });

    it('begin anew when a name is deleted and registered again', async () => {
      log.push(web, 'v1', digest(1));
      log.execute({ type: 'DeleteImage', data: { slot: web } });
      await settle();
      expect(await catalog.queries.images.get(web)).toBeUndefined();
      log.push(web, 'v9', digest(9));
      await settle();
      expect(await catalog.list('acme')).toMatchObject([
        { metadata: { createdAt: '2026-01-01T00:00:03.000Z' }, spec: { tags: [{ name: 'v9' }] } },
      ]);
    });

    it('leave a target with the share, and what was deployed there with them', async () => {
      log.push(web, 'v1', digest(1));
      log.share(web, 'beta');
      log.deploy(shared, 'box', 'v1');
      log.unshare(web, 'beta');
      await settle();
      expect(await catalog.list('beta')).toEqual([]);
      expect(await catalog.queries.deployments.list('beta')).toEqual({ deployments: [] });
      expect(await names()).toEqual(['sandbox/web']);
    });

    it('come in order, page by page, without gap and repeat', async () => {
      for (const name of ['b', 'a/x', 'a', 'c']) log.push(slot('acme', name), 'v1', digest(1));
      log.push(slot('acme', 'z', 'agent'), 'v1', digest(1));
      log.push(slot('other', 'a'), 'v1', digest(1));
      await settle();

      const seen: unknown[] = [];
      let after: ImageFilter['after'];
      let pages = 0;
      do {
        const filter = { limit: 2, after };
        seen.push(...(await names(filter)));
        const { nextCursor } = await catalog.queries.images.list('acme', filter);
        after = nextCursor === undefined ? undefined : parseImageCursor(nextCursor);
        pages += 1;
      } while (after !== undefined);
      expect(seen).toEqual(['agent/z', 'sandbox/a', 'sandbox/a/x', 'sandbox/b', 'sandbox/c']);
      expect(pages).toBe(3);
    });

    it('can be filtered by type, name and sharing', async () => {
      log.push(web, 'v1', digest(1));
      log.push(slot('acme', 'web-api', 'agent'), 'v1', digest(1));
      log.push(slot('acme', 'my_web'), 'v1', digest(1));
      log.push(slot('beta', 'tools'), 'v1', digest(1));
      log.share(web, 'beta');
      log.share(slot('beta', 'tools'), 'acme');
      log.request(slot('acme', 'my_web'), 'beta', '2027-01-01T00:00:00.000Z');
      await settle();

      expect(await names({ type: 'agent' })).toEqual(['agent/web-api']);
      expect(await names({ q: 'web' })).toEqual(['agent/web-api', 'sandbox/my_web', 'sandbox/web']);
      expect(await names({ q: 'WEB-' })).toEqual(['agent/web-api']);
      expect(await names({ q: '_' })).toEqual(['sandbox/my_web']);
      expect(await names({ q: '%' })).toEqual([]);
      expect(await names({ shared: 'in' })).toEqual(['sandbox/tools']);
      expect(await names({ shared: 'out' })).toEqual(['sandbox/web']);
      expect(await names({ shared: 'none' })).toEqual(['agent/web-api', 'sandbox/my_web']);
      expect(await names({ shared: 'none', type: 'sandbox', q: 'my' })).toEqual(['sandbox/my_web']);
      expect(await catalog.queries.images.count('acme')).toBe(4);
    });

    it('answer with the same entity tag until something shows', async () => {
      log.push(web, 'v1', digest(1));
      log.share(web, 'beta');
      await settle();
      const list = await catalog.queries.images.list('beta');
      const one = await catalog.queries.images.get(shared);
      expect(await catalog.queries.images.list('beta')).toEqual(list);
      expect(await catalog.queries.images.get(shared)).toEqual(one);

      log.push(web, 'v2', digest(2));
      await settle();
      expect((await catalog.queries.images.list('beta')).etag).not.toBe(list.etag);
      expect((await catalog.queries.images.get(shared))?.etag).not.toBe(one?.etag);
      expect(one?.etag).toMatch(/^"[\w-]+"$/);
    });

    it('cost a push one row of the catalog, however many workspaces see it', async () => {
      log.push(web, 'v1', digest(1));
      for (let n = 0; n < 50; n++) log.share(web, `target-${n}`);
      await settle();
      const before = await catalog.dump();
      log.push(web, 'v2', digest(2));
      await settle();
      const after = await catalog.dump();
      const changed = (after['catalog_images'] ?? []).filter(
        (row) => !(before['catalog_images'] ?? []).some((old) => JSON.stringify(old) === JSON.stringify(row)),
      );
      expect(changed).toMatchObject([{ workspace: 'acme' }]);
      expect(await catalog.list('target-49')).toMatchObject([{ spec: { tags: [{ name: 'v2' }, { name: 'v1' }] } }]);
    });

    it('take an event that comes twice once', async () => {
      log.push(web, 'v1', digest(1));
      log.share(web, 'beta');
      log.push(web, 'v1', digest(2));
      await settle();
      const before = await catalog.dump();
      await catalog.project(log.events);
      expect(await catalog.dump()).toEqual(before);
    });
  });
});
