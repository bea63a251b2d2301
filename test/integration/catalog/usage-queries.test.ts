import { describe, expect, it } from 'vitest';
import { parseDeploymentCursor } from '../../../src/catalog/queries/deployment-cursor.js';
import { ProjectedCatalog } from './projected-catalog.js';
import { SlotLog, digest, slot } from './slot-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const web = slot('acme', 'web');
const shared = slot('beta', 'web');

function sharedAndDeployed(): SlotLog {
  const log = new SlotLog();
  log.push(web, 'v1', digest(1));
  log.push(web, 'v2', digest(2));
  log.share(web, 'beta');
  log.share(web, 'gamma');
  log.deploy(web, 'home', 'v1');
  log.deploy(shared, 'box', 'v2');
  log.deploy(shared, 'agent-box', 'v1', 'agent');
  return log;
}

describeOnEachReadModel(() => {
  describe('deployments', () => {
    it('are listed by kind and name, with what they pull', async () => {
      const log = sharedAndDeployed();
      const catalog = await ProjectedCatalog.of(log.events);
      const { deployments } = catalog.queries;
      const everything = await deployments.list('beta');
      const [first, second, ...more] = everything.deployments;
      expect(first).toEqual({
        metadata: {
          name: 'agent-box',
          kind: 'agent',
          workspace: 'beta',
          deployedAt: log.now,
          deployedBy: 'user:alice',
        },
        spec: {
          image: { resourceType: 'sandbox', name: 'web', sourceWorkspace: 'acme' },
          tag: 'v1',
          digest: digest(1),
          reference: `registry.example/acme/sandbox/web@${digest(1)}`,
        },
      });
      expect(second?.metadata).toMatchObject({ name: 'box', kind: 'sandbox' });
      expect(more).toEqual([]);
      expect(everything.nextCursor).toBeUndefined();
      expect(await deployments.list('beta', { kind: 'sandbox' })).toMatchObject({
        deployments: [{ metadata: { name: 'box' } }],
      });
      const page = await deployments.list('beta', { limit: 1 });
      expect(page.deployments).toMatchObject([{ metadata: { name: 'agent-box' } }]);
      const after = parseDeploymentCursor(page.nextCursor ?? '');
      expect(after).toEqual({ kind: 'agent', name: 'agent-box' });
      const last = await deployments.list('beta', { limit: 1, after });
      expect(last).toEqual({ deployments: [second] });
      expect((await deployments.get('acme', 'sandbox', 'home'))?.spec.image).toEqual({
        resourceType: 'sandbox',
        name: 'web',
      });
      expect(await deployments.get('acme', 'agent', 'home')).toBeUndefined();
      await catalog.close();
    });

    it('follow their name to another image, and stay when the first one lets them go', async () => {
      const log = sharedAndDeployed();
      const other = slot('beta', 'other');
      log.push(other, 'v1', digest(5));
      log.deploy(other, 'box', 'v1');
      log.retire(shared, 'box');
      const catalog = await ProjectedCatalog.of(log.events);
      expect((await catalog.queries.deployments.get('beta', 'sandbox', 'box'))?.spec).toMatchObject({
        image: { name: 'other' },
        digest: digest(5),
      });
      await catalog.close();
    });

    it('are gone once retired', async () => {
      const log = sharedAndDeployed();
      log.retire(shared, 'box');
      const catalog = await ProjectedCatalog.of(log.events);
      expect(await catalog.queries.deployments.get('beta', 'sandbox', 'box')).toBeUndefined();
      await catalog.close();
    });
  });

  describe('who depends on an image', () => {
    it('is told as far as the asker may see', async () => {
      const log = sharedAndDeployed();
      const catalog = await ProjectedCatalog.of(log.events);
      const { usage } = catalog.queries;
      expect(await usage.usage(web, log.now, () => true)).toMatchObject({
        shares: [{ workspace: 'beta' }, { workspace: 'gamma' }],
        workspaces: [
          { workspace: 'acme', deployments: [{ metadata: { name: 'home' } }] },
          { workspace: 'beta', deployments: [{ metadata: { name: 'agent-box' } }, { metadata: { name: 'box' } }] },
        ],
      });
      expect((await usage.usage(web, log.now, (name) => name === 'acme'))?.workspaces).toMatchObject([
        { workspace: 'acme' },
      ]);
      expect(await usage.usage(shared, log.now, (name) => name === 'beta')).toMatchObject({
        shares: [],
        workspaces: [{ workspace: 'beta' }],
      });
      expect(await usage.usage(slot('acme', 'nothing'), log.now, () => true)).toBeUndefined();
      await catalog.close();
    });

    it('is known before a share ends', async () => {
      const log = sharedAndDeployed();
      const catalog = await ProjectedCatalog.of(log.events);
      const impact = await catalog.queries.usage.unshareImpact(web, 'beta');
      expect(impact.map(({ metadata }) => metadata.name)).toEqual(['agent-box', 'box']);
      expect(await catalog.queries.usage.unshareImpact(web, 'gamma')).toEqual([]);
      await catalog.close();
    });
  });

  describe('unused images', () => {
    it('are owned, not deployed, not shared and not on offer', async () => {
      const log = sharedAndDeployed();
      log.push(slot('beta', 'idle'), 'v1', digest(1));
      log.push(slot('beta', 'busy'), 'v1', digest(1));
      log.push(slot('beta', 'given'), 'v1', digest(1));
      log.push(slot('beta', 'offered'), 'v1', digest(1));
      log.deploy(slot('beta', 'busy'), 'x', 'v1');
      log.share(slot('beta', 'given'), 'gamma');
      log.request(slot('beta', 'offered'), 'far', '2026-02-01T00:00:00.000Z');
      const catalog = await ProjectedCatalog.of(log.events);
      const { usage } = catalog.queries;
      expect(await usage.unused('beta', log.now)).toEqual([slot('beta', 'idle')]);
      expect(await usage.unused('beta', '2026-03-01T00:00:00.000Z')).toEqual([
        slot('beta', 'idle'),
        slot('beta', 'offered'),
      ]);
      await catalog.close();
    });
  });
});
