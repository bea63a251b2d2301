import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerReady } from '../../support/brokers/broker-ready.js';
import { queuesOf } from '../../support/brokers/dead-letters.js';
import { ownPrefix, rawNats, rawRabbitMq } from '../../support/brokers/raw-bus.js';
import type { RawBus } from '../../support/brokers/raw-bus.js';
import { natsIsThere, natsUrl, rabbitMqIsThere, rabbitMqUrl } from '../../support/brokers/reachable.js';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

const transports = [
  { name: 'NATS', isThere: natsIsThere, url: natsUrl, open: rawNats },
  { name: 'RabbitMQ', isThere: rabbitMqIsThere, url: rabbitMqUrl, open: rawRabbitMq },
];

for (const { name, isThere, url, open } of transports) {
  describe.skipIf(!isThere)(`questions over ${name}`, () => {
    const prefix = ownPrefix();
    let service: StartedService;
    let platform: Platform;
    let bus: RawBus;
    let member: Robot;
    let stranger: Robot;

    beforeAll(async () => {
      service = await startService({ env: { COMMAND_BUS_URL: url, TAGALONG_COMMAND_BUS_PREFIX: prefix } });
      platform = new Platform(service);
      await platform.account('acme', ['build', 'live']);
      await platform.account('other', ['abroad']);
      member = await platform.robot('build', 'member');
      stranger = await platform.robot('abroad', 'admin');
      for (const image of ['sandbox/web', 'sandbox/api', 'job/etl']) await platform.push('build', image, 'v1', 1);
      await platform.push('build', 'sandbox/web', 'v2', 2);
      await platform.share('build', 'sandbox/web', 'live');
      const deployment = { kind: 'sandbox', name: 'front', image: 'sandbox/web:v1' };
      await platform.call('POST', '/deployments', { workspace: 'build', body: deployment });
      await brokerReady(service);
      bus = await open(prefix);
    });

    afterAll(async () => {
      await service.stop();
      await bus.close();
      if (name === 'RabbitMQ') await (await queuesOf(prefix, [2_000, 4_000, 8_000, 16_000, 32_000])).remove();
    });

    const ask = (type: string, data: object, token = member.key): Promise<Readonly<Record<string, unknown>>> =>
      bus.request('queries', { id: 'q-1', type, data: { workspace: 'build', ...data }, token });

    it.each([
      ['ListImages', {}, '/images'],
      ['ListImages', { q: 'web' }, '/images?q=web'],
      ['ListImages', { type: 'sandboxes', shared: 'out' }, '/images?type=sandbox&shared=out'],
      ['GetImage', { resourceType: 'sandbox', name: 'web' }, '/images/sandbox/web'],
      ['GetImage', { resourceType: 'sandbox', name: 'web', tag: 'v2' }, '/images/sandbox/web:v2'],
      ['ResolveImage', { resourceType: 'sandbox', name: 'web' }, '/images/sandbox/web/resolve'],
      ['ResolveImage', { resourceType: 'sandbox', name: 'web', tag: 'v1' }, '/images/sandbox/web/resolve?tag=v1'],
      [
        'ResolveImage',
        { resourceType: 'sandbox', name: 'web', digest: digestOf(2) },
        `/images/sandbox/web/resolve?digest=${digestOf(2)}`,
      ],
      ['GetImageUsage', { resourceType: 'sandbox', name: 'web' }, '/images/sandbox/web/usage'],
      ['ListImageShares', { resourceType: 'sandbox', name: 'web' }, '/images/sandbox/web/share'],
      ['ListPendingShares', { direction: 'outgoing' }, '/pending-image-shares?direction=outgoing'],
      ['ListDeployments', {}, '/deployments'],
      ['GetDeployment', { kind: 'sandbox', deployment: 'front' }, '/deployments/sandbox/front'],
    ])('%s %j is answered with the document of %s', async (type, data, path) => {
      const { body } = await platform.call('GET', path, { workspace: 'build', key: member.key });
      expect(await ask(type, data)).toEqual({ id: 'q-1', outcome: 'answered', data: body });
    });

    it.each([
      ['GetImage', { resourceType: 'sandbox', name: 'none' }, '/images/sandbox/none'],
      ['GetImage', { resourceType: 'sandbox', name: 'web', tag: 'v9' }, '/images/sandbox/web:v9'],
      ['ListImages', { cursor: 'nonsense' }, '/images?cursor=nonsense'],
      ['GetDeployment', { kind: 'sandbox', deployment: 'none' }, '/deployments/sandbox/none'],
    ])('%s %j is refused as %s is', async (type, data, path) => {
      const { body, status } = await platform.ask('GET', path, { workspace: 'build', key: member.key });
      expect(await ask(type, data)).toEqual({ id: 'q-1', outcome: 'rejected', ...(body as object) });
      expect(status).toBeGreaterThanOrEqual(400);
    });

    it('go from page to page', async () => {
      const first = await ask('ListImages', { limit: 2 });
      expect(first['data']).toHaveLength(2);
      const second = await ask('ListImages', { limit: 2, cursor: first['nextCursor'] });
      expect(second['data']).toHaveLength(1);
      expect(second['nextCursor']).toBeUndefined();
    });

    it('are answered with what is known at a position or later', async () => {
      const id = 'push-and-ask';
      const data = {
        ...{ workspace: 'build', resourceType: 'sandbox', name: 'seen', tag: 'v1', digest: digestOf(3), size: 3 },
        platforms: [],
      };
      const { position } = await bus.request('commands', { id, type: 'PushTag', data, token: member.key });
      const seen = await ask('GetImage', { resourceType: 'sandbox', name: 'seen', minPosition: position });
      expect(seen).toMatchObject({ outcome: 'answered' });
      expect(await ask('ListImages', { minPosition: 'yesterday' })).toMatchObject({ error: 'invalid-input' });
    });

    it('of a stranger learn nothing about a workspace, whether it exists or not', async () => {
      const answers = [];
      for (const workspace of ['build', 'no-such-workspace']) {
        const reply = await ask('ListImages', { workspace }, stranger.key);
        answers.push(JSON.stringify(reply).replaceAll(workspace, 'WORKSPACE'));
      }
      expect(answers[0]).toContain('workspace-forbidden');
      expect(answers[1]).toBe(answers[0]);
    });

    it.each([
      ['nobody', 'no-such-key', { error: 'credential-invalid', code: 401 }],
      ['no token', '', { error: 'credential-missing', code: 401 }],
    ])('of %s are refused', async (_, token, refusal) => {
      expect(await ask('ListImages', {}, token)).toMatchObject(refusal);
    });

    it('that there are not, or that change something, are refused with those that there are', async () => {
      expect(await ask('PushTag', {})).toMatchObject({
        outcome: 'rejected',
        error: 'unknown-query',
        message: expect.stringContaining('ListImages') as unknown,
      });
    });
  });
}
