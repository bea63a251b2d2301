import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Receiver, answering, toldTags } from '../../support/webhooks/receiver.js';
import { hookedWorld, until } from './hooked-world.js';

const { world, receiver, hook, push, deliveries } = hookedWorld();

const states = async (workspace: string, webhookId: string) =>
  (await deliveries(workspace, webhookId)).map(({ state }) => state).reverse();

describe('a receiver in trouble', () => {
  it('is sent the same again, and nothing else before it', async () => {
    receiver().behaviour = (_message, n, response) => {
      response.writeHead(n <= 3 ? 500 : 200).end(n <= 3 ? 'out of order' : '');
    };
    const mine = await hook('alpha');
    await push('alpha/agent/retried', 'v1', 'v2');
    const messages = await receiver().count(6);
    expect(toldTags(messages)).toEqual([...Array<string>(4).fill('image.registered'), 'v1', 'v2']);
    expect(new Set(messages.slice(0, 4).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(messages.slice(0, 4).map(({ body }) => body)).size).toBe(1);
    const log = await until(
      () => deliveries('alpha', mine),
      (all) => all.length === 3 && all.every(({ state }) => state === 'delivered'),
    );
    expect(log.at(-1)?.attempts.map(({ status, response }) => [status, response])).toEqual([
      [500, 'out of order'],
      [500, 'out of order'],
      [500, 'out of order'],
      [200, undefined],
    ]);
  });

  it('loses what it refuses to the last, and is sent the rest', async () => {
    receiver().behaviour = ({ body }, _n, response) => {
      response.writeHead(body.includes('"tag":"v1"') ? 400 : 204).end();
    };
    const mine = await hook('alpha');
    await push('alpha/agent/refused', 'v1', 'v2');
    expect(toldTags(await receiver().count(6))).toEqual(['image.registered', 'v1', 'v1', 'v1', 'v1', 'v2']);
    await until(
      () => states('alpha', mine),
      (all) => all.join() === 'delivered,failed,delivered',
    );
    receiver().behaviour = answering(200);
    const { webhooks } = world().service;
    const webhook = await webhooks.reader.get('alpha', mine);
    const [lost] = await webhooks.reader.deliveries(webhook, { limit: 1, state: 'failed' });
    if (lost === undefined) throw new Error('nothing was lost');
    expect(await webhooks.manual.redeliver(webhook, lost)).toMatchObject({ state: 'delivered', id: lost.id });
    expect((await receiver().count(7)).at(-1)?.body).toBe(lost.body);
  });

  it.each([
    ['drops the connection', 'socket hang up', (response: ServerResponse) => response.destroy()],
    ['says nothing', 'no answer within 400 ms', () => undefined],
    [
      'never ends its answer',
      'no answer within 400 ms',
      (response: ServerResponse) => response.writeHead(200).write('…'),
    ],
  ] as const)('%s', async (_what, fault, misbehave) => {
    receiver().behaviour = (_message, n, response) => {
      if (n === 1) misbehave(response);
      else response.writeHead(200).end();
    };
    const mine = await hook('alpha', { events: ['tag.pushed'] });
    await push('alpha/agent/trouble', `t${Date.now()}`);
    await receiver().count(2);
    const [only] = await until(
      () => deliveries('alpha', mine),
      (all) => all[0]?.state === 'delivered',
    );
    expect(only?.attempts[0]).toMatchObject({ fault });
    expect(only?.attempts).toHaveLength(2);
  });

  it('may answer without an end: only the beginning is read', async () => {
    receiver().behaviour = (_message, _n, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    };
    const mine = await hook('alpha', { events: ['tag.pushed'] });
    await push('alpha/agent/endless', 'v1');
    const [only] = await until(
      () => deliveries('alpha', mine),
      (all) => all[0]?.state === 'delivered',
    );
    expect(only?.attempts).toMatchObject([{ status: 200, response: 'x'.repeat(1_000) }]);
  });

  it('cannot send us elsewhere', async () => {
    receiver().behaviour = ({ path }, n, response) => {
      if (n === 1) response.writeHead(307, { location: path.replace('hook', 'elsewhere') }).end();
      else response.writeHead(200).end();
    };
    await hook('alpha', { events: ['tag.pushed'] });
    await push('alpha/agent/redirected', 'v1');
    expect((await receiver().count(2)).map(({ path }) => path)).toEqual(['/hook', '/hook']);
  });

  it('keeps nobody else waiting', async () => {
    const stuck = await Receiver.start();
    stuck.behaviour = () => undefined;
    // In another workspace, and in the very same one.
    for (let n = 0; n < 15; n++) await hook('beta', { url: stuck.url });
    for (let n = 0; n < 15; n++) await hook('alpha', { url: stuck.url });
    await hook('alpha');
    await push('beta/agent/stuck', 'v1');
    await push('alpha/agent/flowing', 'v1', 'v2', 'v3');
    expect(toldTags(await receiver().count(4))).toEqual(['image.registered', 'v1', 'v2', 'v3']);
    await stuck.stop();
  });
});
