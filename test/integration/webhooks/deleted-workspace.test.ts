import { describe, expect, it } from 'vitest';
import { answering } from '../../support/webhooks/receiver.js';
import { hookedWorld, quick, until } from './hooked-world.js';

const { world, receiver, hook, push } = hookedWorld({ ...quick, TAGALONG_WEBHOOK_RETRY_SECONDS: '0.02,600' });

describe('the webhooks of a workspace that is deleted', () => {
  it('are sent nothing more, though something waits to be tried again', async () => {
    receiver().behaviour = answering(500);
    const { deliveries } = world().service.webhooks;
    await hook('beta');
    await push('beta/job/last', 'v1');
    await receiver().count(2);
    expect(deliveries.size).toBe(1);
    const image = { workspace: 'beta', resourceType: 'job', name: 'last' };
    expect(await world().ask('DeleteImage', image)).toBe('accepted');
    expect(await world().ask('DeleteWorkspace', { workspace: 'beta' })).toBe('accepted');
    await until(
      () => deliveries.size,
      (size) => size === 0,
    );
  });
});
