import { describe, expect, it } from 'vitest';
import { ProjectedCatalog } from './projected-catalog.js';
import { SlotLog, digest, slot } from './slot-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const web = slot('acme', 'web');
const expiry = '2027-01-01T02:00:00+02:00';

function logOfTwoAccounts(): SlotLog {
  const log = new SlotLog();
  log.account('account-1', 'owner@acme.example');
  log.account('account-2', 'owner@far.example');
  log.workspace('acme', 'account-1', 'Acme');
  log.workspace('beta', 'account-1', 'Beta');
  log.workspace('far', 'account-2', 'Far away');
  log.rename('beta', 'Beta team');
  log.push(web, 'v1', digest(1));
  return log;
}

describeOnEachReadModel(() => {
  describe('the shares of an image', () => {
    it('are listed by target, with its names once it takes part', async () => {
      const log = logOfTwoAccounts();
      const shareId = log.request(web, 'far', expiry);
      log.share(web, 'beta');
      const catalog = await ProjectedCatalog.of(log.events);
      const beta = {
        workspace: 'beta',
        accountId: 'account-1',
        accountOwnerEmail: 'owner@acme.example',
        status: 'active',
        workspaceDisplayName: 'Beta team',
      };
      expect(await catalog.queries.shares.targets(web, log.now)).toEqual([
        beta,
        {
          workspace: 'far',
          accountId: 'account-2',
          status: 'pending',
          pendingShareId: shareId,
          workspaceDisplayName: 'far',
        },
      ]);

      const before = log.events.length;
      log.accept(web, shareId, 'far');
      await catalog.project(log.events.slice(before));
      expect(await catalog.queries.shares.targets(web, log.now)).toEqual([
        beta,
        {
          workspace: 'far',
          accountId: 'account-2',
          accountOwnerEmail: 'owner@far.example',
          status: 'active',
          workspaceDisplayName: 'Far away',
        },
      ]);
      await catalog.close();
    });

    it('are nobody’s where the image is shared in, and not there without an image', async () => {
      const log = logOfTwoAccounts();
      log.share(web, 'beta');
      const catalog = await ProjectedCatalog.of(log.events);
      expect(await catalog.queries.shares.targets(slot('beta', 'web'), log.now)).toEqual([]);
      expect(await catalog.queries.shares.targets(slot('far', 'web'), log.now)).toBeUndefined();
      await catalog.close();
    });
  });

  describe('requests across accounts', () => {
    it('are shown to the target with a conflict, and to the one who asked without', async () => {
      const log = logOfTwoAccounts();
      log.push(slot('far', 'web'), 'own', digest(9));
      const shareId = log.request(web, 'far', expiry);
      const catalog = await ProjectedCatalog.of(log.events);
      const request = {
        id: shareId,
        imageName: 'web',
        resourceType: 'sandbox',
        sourceWorkspace: 'acme',
        sourceWorkspaceDisplayName: 'Acme',
        sourceAccountId: 'account-1',
        targetWorkspace: 'far',
        targetAccountId: 'account-2',
        sharedBy: 'alice',
        createdAt: log.now,
        updatedAt: log.now,
        expiresAt: '2027-01-01T00:00:00.000Z',
      };
      const outgoing = { ...request, targetWorkspaceDisplayName: 'far' };
      expect(await catalog.queries.shares.incoming('far', log.now)).toEqual([
        { ...request, targetWorkspaceDisplayName: 'Far away', hasConflict: true },
      ]);
      expect(await catalog.queries.shares.outgoing('acme', log.now)).toEqual([outgoing]);
      expect(await catalog.queries.shares.pending(shareId)).toEqual(outgoing);
      expect(await catalog.queries.shares.incoming('acme', log.now)).toEqual([]);
      await catalog.close();
    });

    it('are left out once they have expired, and still found by their id', async () => {
      const log = logOfTwoAccounts();
      const shareId = log.request(web, 'far', expiry);
      const catalog = await ProjectedCatalog.of(log.events);
      const { shares } = catalog.queries;
      const lastMoment = '2026-12-31T23:59:59.999Z';
      const over = '2027-01-01T00:00:00.000Z';
      expect(await shares.incoming('far', lastMoment)).toMatchObject([{ id: shareId, hasConflict: false }]);
      expect(await shares.incoming('far', over)).toEqual([]);
      expect(await shares.outgoing('acme', over)).toEqual([]);
      expect(await shares.targets(web, over)).toEqual([]);
      expect(await shares.find(shareId)).toEqual({
        shareId,
        source: web,
        target: 'far',
        targetAccountId: 'account-2',
        status: 'pending',
        expiresAt: over,
      });
      await catalog.close();
    });

    it('end with an answer', async () => {
      const log = logOfTwoAccounts();
      const declined = log.request(web, 'far', expiry);
      log.execute({ type: 'DeclineShareRequest', data: { slot: web, shareId: declined, now: log.now } });
      const accepted = log.request(web, 'far', expiry);
      log.accept(web, accepted, 'far');
      const catalog = await ProjectedCatalog.of(log.events);
      expect(await catalog.queries.shares.find(declined)).toBeUndefined();
      expect(await catalog.queries.shares.pending(accepted)).toBeUndefined();
      expect(await catalog.queries.shares.find(accepted)).toMatchObject({ status: 'active', source: web });
      expect(await catalog.queries.shares.outgoing('acme', log.now)).toEqual([]);
      expect(await catalog.list('far')).toMatchObject([{ metadata: { sourceWorkspace: 'acme' } }]);
      await catalog.close();
    });
  });
});
