import { describe, expect, it } from 'vitest';
import { answering, toldTags } from '../../support/webhooks/receiver.js';
import { hookedWorld, quick, until } from './hooked-world.js';

const daily = Array<number>(10).fill(86_400).join(',');
const { world, receiver, hook, push, deliveries, stateOf } = hookedWorld({
  ...quick,
  TAGALONG_WEBHOOK_RETRY_SECONDS: daily,
});

describe('disabling', () => {
  it('comes with 410, and enabling goes on where it stopped', async () => {
    receiver().behaviour = answering(410);
    const mine = await hook('alpha', { events: ['tag.pushed'] });
    await push('alpha/function/gone', 'v1', 'v2');
    await until(
      () => stateOf('alpha', mine),
      (state) => state === 'gone',
    );
    expect(receiver().received).toHaveLength(1);
    receiver().behaviour = answering(200);
    expect(await world().ask('EnableWebhook', { workspace: 'alpha', webhookId: mine })).toBe('accepted');
    expect(toldTags(await receiver().count(3))).toEqual(['v1', 'v1', 'v2']);
  });

  it('comes after days of failing, and not before', async () => {
    receiver().behaviour = answering(503);
    const mine = await hook('beta', { events: ['tag.pushed'] });
    await push('beta/function/failing', 'v1');
    const tries = (count: number) =>
      until(
        () => deliveries('beta', mine),
        ([only]) => only?.attempts.length === count,
      );
    // A day, and what the plan may be varied by.
    for (let day = 1; day <= 5; day++) {
      await tries(day);
      expect(await stateOf('beta', mine)).toBe('enabled');
      world().clock.advance(29 * 3_600_000);
    }
    await until(
      () => stateOf('beta', mine),
      (state) => state === 'failing',
    );
    const [failed] = await tries(6);
    expect(failed?.state).toBe('pending');
    receiver().behaviour = answering(200);
    await world().ask('EnableWebhook', { workspace: 'beta', webhookId: mine });
    await tries(7);
    expect(await stateOf('beta', mine)).toBe('enabled');
  });

  it('on request sends nothing until it is enabled again', async () => {
    const mine = await hook('alpha', { events: ['tag.pushed'] });
    const place = { workspace: 'alpha', webhookId: mine };
    expect(await world().ask('DisableWebhook', place)).toBe('accepted');
    await push('alpha/function/quiet', 'v1');
    await world().settled();
    expect(receiver().received).toEqual([]);
    await world().ask('EnableWebhook', place);
    expect(toldTags(await receiver().count(1))).toEqual(['v1']);
  });
});

describe('sending by hand', () => {
  it('a delivery that others wait behind is sent at once, and they follow', async () => {
    receiver().behaviour = answering(500, { 'retry-after': '86400' });
    const mine = await hook('alpha', { events: ['tag.pushed'] });
    await push('alpha/sandbox/waiting', 'v1', 'v2');
    const [waiting] = await until(
      () => deliveries('alpha', mine),
      (all) => all[0]?.state === 'pending',
    );
    if (waiting === undefined) throw new Error('nothing waits');
    expect(waiting.nextAttemptAt).toBeGreaterThan(world().clock.now() + 86_000_000);
    receiver().behaviour = answering(200);
    const { webhooks } = world().service;
    const webhook = await webhooks.reader.get('alpha', mine);
    const sent = await webhooks.manual.redeliver(webhook, waiting);
    expect(sent.state).toBe('delivered');
    expect(sent.nextAttemptAt).toBeUndefined();
    expect(sent.attempts.map(({ isManual }) => isManual === true)).toEqual([false, true]);
    world().clock.advance(31_000);
    expect(toldTags(await receiver().count(3))).toEqual(['v1', 'v1', 'v2']);
  });
});
