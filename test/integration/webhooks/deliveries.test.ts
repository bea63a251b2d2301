import { describe, expect, it } from 'vitest';
import { secretText } from '../../../src/webhooks/sending/signature.js';
import { at } from '../../support/world.js';
import { answering, read, toldTags } from '../../support/webhooks/receiver.js';
import { hookedWorld, until } from './hooked-world.js';

const { world, receiver, hook, push, deliveries } = hookedWorld();

const secretOf = async (workspace: string, webhookId: string): Promise<string> => {
  const { reader } = world().service.webhooks;
  return secretText(reader.keysOf(await reader.get(workspace, webhookId)).present);
};

const states = async (workspace: string, webhookId: string) =>
  (await deliveries(workspace, webhookId)).map(({ state }) => state).reverse();

describe('a webhook', () => {
  it('is sent what its workspace sees from then on, in order, as signed CloudEvents', async () => {
    await push('alpha/sandbox/before', 'v0');
    const mine = await hook('alpha');
    await push('alpha/sandbox/base', 'v1', 'v2');
    await push('beta/sandbox/elsewhere', 'v1');
    await world().ask('ShareImage', { ...at('alpha/sandbox/base'), targetWorkspace: 'beta' });
    const messages = await receiver().count(4);
    expect(toldTags(messages)).toEqual(['image.registered', 'v1', 'v2', 'image.shared-out']);
    const secret = await secretOf('alpha', mine);
    const [, first] = messages.map((message) => read(message, secret));
    expect(first).toMatchObject({
      specversion: '1.0',
      source: '/workspaces/alpha',
      type: 'tagalong.tag.pushed',
      subject: 'sandbox/base',
      datacontenttype: 'application/json',
      data: { type: 'tag.pushed', workspace: 'alpha', name: 'base', tag: 'v1', principal: 'operator' },
    });
    const [, stored] = await world().service.stores.events.readStream('image-alpha/sandbox/base');
    expect(first?.['id']).toBe(stored?.id);
    expect(messages[1]?.headers['webhook-id']).toBe(stored?.id);
    expect(messages[1]?.headers['content-type']).toContain('application/cloudevents+json');
    await until(
      () => states('alpha', mine),
      (all) => all.length === 4 && all.every((state) => state === 'delivered'),
    );
  });

  it('is sent the tags that come along, in the words of its own workspace', async () => {
    await push('alpha/sandbox/along', 'v1');
    await world().ask('ShareImage', { ...at('alpha/sandbox/along'), targetWorkspace: 'beta' });
    const mine = await hook('beta');
    await push('alpha/sandbox/along', 'v2');
    const [message] = await receiver().count(1);
    expect(message && read(message, await secretOf('beta', mine))).toMatchObject({
      source: '/workspaces/beta',
      data: { workspace: 'beta', sourceWorkspace: 'alpha', tag: 'v2' },
    });
  });

  it('is sent only the types it asks for', async () => {
    await hook('alpha', { events: ['image.deleted'] });
    await push('alpha/job/gone', 'v1');
    await world().ask('DeleteImage', at('alpha/job/gone'));
    const messages = await receiver().count(1);
    expect(toldTags(messages)).toEqual(['image.deleted']);
  });

  it('is for admins', async () => {
    const url = receiver().url;
    expect(await world().ask('CreateWebhook', { workspace: 'alpha', url }, { as: 'max' })).toBe('admin-required');
    expect(await world().ask('CreateWebhook', { workspace: 'beta', url }, { as: 'max' })).toBe('workspace-forbidden');
    const mine = await hook('alpha');
    const place = { workspace: 'alpha', webhookId: mine };
    for (const type of ['DeleteWebhook', 'RotateWebhookSecret', 'EnableWebhook', 'DisableWebhook']) {
      expect(await world().ask(type, place, { as: 'max' })).toBe('admin-required');
      expect(await world().ask(type, { ...place, workspace: 'beta' })).toBe('webhook-not-found');
    }
  });

  it('created again by the same command is the same', async () => {
    const data = { workspace: 'alpha', url: receiver().url };
    const id = 'create-once';
    const first = await world().send('CreateWebhook', data, { id });
    const second = await world().send('CreateWebhook', data, { id });
    expect(second).toEqual(first);
    await expect(world().send('CreateWebhook', { ...data, url: `${data.url}/other` }, { id })).rejects.toThrow(
      'create-once',
    );
    await world().ask('DeleteWebhook', { workspace: 'alpha', ...('result' in first ? first.result : {}) });
  });
});

describe('by hand', () => {
  it('a test message comes signed, and is in the log', async () => {
    const mine = await hook('alpha', { events: ['share.expired'] });
    const { webhooks } = world().service;
    const webhook = await webhooks.reader.get('alpha', mine);
    expect(await webhooks.manual.test(webhook)).toMatchObject({ state: 'delivered', type: 'tagalong.webhook.test' });
    const [message] = receiver().received;
    expect(message && read(message, await secretOf('alpha', mine))).toMatchObject({ type: 'tagalong.webhook.test' });
    receiver().behaviour = answering(500);
    expect(await webhooks.manual.test(webhook)).toMatchObject({ state: 'failed' });
    expect(await states('alpha', mine)).toEqual(['delivered', 'failed']);
  });
});

describe('a secret', () => {
  it('is followed by another, and both hold for a day', async () => {
    const mine = await hook('alpha', { events: ['tag.pushed'] });
    const place = { workspace: 'alpha', webhookId: mine };
    const before = await secretOf('alpha', mine);
    await world().ask('RotateWebhookSecret', place);
    const after = await secretOf('alpha', mine);
    expect(after).not.toBe(before);
    await push('alpha/sandbox/rotated', 'v1');
    const [first] = await receiver().count(1);
    if (first === undefined) throw new Error('nothing came');
    expect(read(first, before)).toEqual(read(first, after));
    await world().ask('RotateWebhookSecret', { ...place, atOnce: true });
    const last = await secretOf('alpha', mine);
    await push('alpha/sandbox/rotated', 'v2');
    const second = (await receiver().count(2))[1];
    if (second === undefined) throw new Error('nothing came');
    expect(() => read(second, last)).not.toThrow();
    for (const old of [before, after]) expect(() => read(second, old)).toThrow();
  });

  it('is on record nowhere', async () => {
    const mine = await hook('alpha');
    const secret = await secretOf('alpha', mine);
    const log = JSON.stringify((await world().log()).map(({ data, metadata }) => [data, metadata]));
    expect(log).toContain(mine);
    expect(log).not.toContain(secret.slice('whsec_'.length));
  });
});
