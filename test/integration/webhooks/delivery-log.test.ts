import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { DeliveryLog, mostDeliveries } from '../../../src/webhooks/deliveries/delivery-log.js';
import type { Delivery } from '../../../src/webhooks/deliveries/delivery.js';
import { webhooksProjection } from '../../../src/webhooks/webhooks.projection.js';
import type { WebhookTables } from '../../../src/webhooks/webhooks.tables.js';
import { describeOnEachReadModel, openTestReadModel } from '../../support/read-model/each-read-model.js';

describeOnEachReadModel(() => {
  let readModel: ReadModel<WebhookTables>;
  let log: DeliveryLog;

  beforeEach(async () => {
    readModel = await openTestReadModel<WebhookTables>('file');
    await readModel.projections.open(webhooksProjection);
    log = new DeliveryLog(readModel);
  });
  afterEach(async () => {
    await readModel.close();
  });

  const delivery = (id: string, change: Partial<Delivery> = {}): Delivery => ({
    id,
    type: 'tagalong.tag.pushed',
    state: 'delivered',
    body: `{"id":"${id}"}`,
    attempts: [{ at: 1, durationMs: 2, status: 204 }],
    createdAt: 1_700_000_000_000,
    ...change,
  });
  const same = (known: Delivery): Delivery => known;
  const record = (webhookId: string, one: Delivery) => log.revise(webhookId, one, same);
  const ids = async (webhookId: string, query = {}) =>
    (await log.page(webhookId, { limit: 1_000, ...query })).map(({ id }) => id);

  describe('the log of deliveries', () => {
    it('keeps a delivery whole', async () => {
      const whole = delivery('one', {
        state: 'pending',
        nextAttemptAt: 1_700_000_360_000,
        attempts: [
          { at: 1_700_000_000_000, durationMs: 3.5, status: 500, response: 'täglich "out"\n' },
          { at: 1_700_000_300_000, durationMs: 1, fault: 'refused', isManual: true },
        ],
      });
      await record('wh_a', whole);
      expect(await log.get('wh_a', 'one')).toEqual({ ...whole, number: 1 });
      expect(await log.pending('wh_a')).toEqual({ ...whole, number: 1 });
      expect(await log.get('wh_b', 'one')).toBeUndefined();
      expect(await log.pending('wh_b')).toBeUndefined();
    });

    it('moves the cursor with the delivery, or both stay', async () => {
      expect(await log.cursor('wh_a')).toBeUndefined();
      await log.revise('wh_a', delivery('one'), same, () => ({ position: '07' }));
      expect(await log.cursor('wh_a')).toEqual({ position: '07' });
      await log.revise('wh_a', delivery('two'), same, () => ({ position: '08', failingSince: 5 }));
      expect(await log.cursor('wh_a')).toEqual({ position: '08', failingSince: 5 });
      await log.skip('wh_a', { position: '09' });
      expect(await log.cursor('wh_a')).toEqual({ position: '09' });
      const broken = log.revise('wh_a', delivery('three'), () => {
        throw new Error('no');
      });
      await expect(broken).rejects.toThrow('no');
      expect(await ids('wh_a')).toEqual(['two', 'one']);
    });

    it('revises what somebody else has made of it meanwhile', async () => {
      await record('wh_a', delivery('one', { state: 'pending', attempts: [] }));
      const attempt = (at: number) => (known: Delivery) => ({
        ...known,
        attempts: [...known.attempts, { at, durationMs: 0 }],
      });
      const stale = delivery('one', { state: 'pending', attempts: [] });
      await Promise.all([1, 2, 3].map((at) => log.revise('wh_a', stale, attempt(at))));
      expect((await log.get('wh_a', 'one'))?.attempts.map(({ at }) => at)).toEqual([1, 2, 3]);
    });

    it('is read in pages, the latest first', async () => {
      for (const id of ['a', 'b', 'c', 'd'])
        await record('wh_a', delivery(id, { state: id === 'b' ? 'failed' : 'delivered' }));
      expect(await ids('wh_a', { limit: 2 })).toEqual(['d', 'c']);
      expect(await ids('wh_a', { before: 3 })).toEqual(['b', 'a']);
      expect(await ids('wh_a', { state: 'failed' })).toEqual(['b']);
    });

    it(`forgets all but the latest ${mostDeliveries}, and none that waits`, async () => {
      await record('wh_a', delivery('waiting', { state: 'pending' }));
      for (let n = 0; n < mostDeliveries + 3; n++) await record('wh_a', delivery(`d${n}`));
      await record('wh_b', delivery('other'));
      const left = await ids('wh_a');
      expect(left).toHaveLength(mostDeliveries + 1);
      expect(left.slice(-2)).toEqual(['d3', 'waiting']);
      expect(await ids('wh_b')).toEqual(['other']);
    });

    it('forgets webhooks', async () => {
      for (const webhook of ['wh_a', 'wh_b']) {
        await log.revise(webhook, delivery('one'), same, () => ({ position: '1' }));
      }
      await log.forget('wh_a');
      expect([await ids('wh_a'), await log.cursor('wh_a')]).toEqual([[], undefined]);
      expect(await ids('wh_b')).toEqual(['one']);
      await log.forgetOthers();
      expect([await ids('wh_b'), await log.cursor('wh_b')]).toEqual([[], undefined]);
    });
  });
});
