import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/event-store/temporary-directory.js';
import { Platform, textIn } from '../support/platform.js';
import { startService } from '../support/service.js';
import type { StartedService } from '../support/service.js';
import { Receiver, read, toldTags } from '../support/webhooks/receiver.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let receiver: Receiver;
let service: StartedService;
let platform: Platform;

const start = async (operatorKey?: string) => {
  service = await startService({
    dataDir: directory.path,
    env: {
      TAGALONG_WEBHOOK_PRIVATE_ADDRESSES: '127.0.0.0/8',
      TAGALONG_WEBHOOK_RETRY_SECONDS: '0.02,0.02,0.02',
      ...(operatorKey !== undefined && { TAGALONG_OPERATOR_KEY: operatorKey }),
    },
  });
  platform = new Platform(service);
};

beforeEach(async () => {
  directory = await temporaryDirectory();
  receiver = await Receiver.start();
  await start();
});

afterEach(async () => {
  await service.stop();
  await receiver.stop();
  await directory.remove();
});

describe('a service that is killed', () => {
  it('again and again while it delivers, loses nothing and keeps the order', async () => {
    await platform.account('acme', ['build']);
    const body = { url: receiver.url, events: ['tag.pushed'] };
    const created = await platform.call('POST', '/webhooks', { workspace: 'build', body });
    const tags = Array.from({ length: 24 }, (_, n) => `v${n + 1}`);
    const { operatorKey } = service;
    for (const [n, tag] of tags.entries()) {
      await platform.push('build', 'sandbox/base', tag, n + 1);
      if (n % 8 !== 7) continue;
      await receiver.count(n - 3);
      await service.kill();
      await start(operatorKey);
    }
    const seen = new Map<string, string>();
    for (let count = tags.length; seen.size < tags.length; count++) {
      for (const message of await receiver.count(count)) {
        const { id } = read(message, textIn(created.body, 'secret'));
        const [told] = toldTags([message]);
        if (typeof id === 'string' && told !== undefined) seen.set(id, told);
      }
    }
    // By their first arrival, under ids that tell repetitions from news.
    expect([...seen.values()]).toEqual(tags);
  });
});

describe('what comes back to people', () => {
  it('is for those who may see it, and tells of refused addresses', async () => {
    await platform.account('acme', ['build']);
    const { key } = await platform.robot('build', 'member');
    expect(await platform.ask('GET', '/webhooks', { workspace: 'build', key })).toMatchObject({ status: 403 });
    const refused = await platform.ask('POST', '/webhooks', {
      workspace: 'build',
      body: { url: 'http://10.0.0.1/hook' },
    });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: 'webhook-address-refused', message: expect.stringContaining('10.0.0.1') as string },
    });
    const audit = await platform.call('POST', '/webhooks', { workspace: 'build', body: { url: receiver.url } });
    const events = await platform.call('GET', '/audit/events?kind=WebhookCreated', { workspace: 'build' });
    expect(events.body).toMatchObject([{ type: 'WebhookCreated', data: { webhookId: textIn(audit.body, 'id') } }]);
  });
});
