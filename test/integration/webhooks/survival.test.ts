import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { Receiver, answering, toldTags } from '../../support/webhooks/receiver.js';
import { World, tagged } from '../../support/world.js';
import { people, quick, until } from './hooked-world.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let receiver: Receiver;
let world: World;

beforeEach(async () => {
  directory = await temporaryDirectory();
  receiver = await Receiver.start();
  world = await World.open({ directory: directory.path, people, env: quick });
});

afterEach(async () => {
  await world.close();
  await receiver.stop();
  await directory.remove();
});

const pushAll = async (...tags: readonly string[]) => {
  for (const tag of tags) await world.ask('PushTag', tagged('alpha/sandbox/base', tag, tags.indexOf(tag) + 1));
};
const hook = () => world.send('CreateWebhook', { workspace: 'alpha', url: receiver.url, events: ['tag.pushed'] });
const again = async () => {
  world = await World.open({ directory: directory.path, env: quick });
};

describe('deliveries', () => {
  it('go on after a restart where they were', async () => {
    await hook();
    await pushAll('v1', 'v2');
    await receiver.count(2);
    await world.close();
    await again();
    await pushAll('v3');
    expect(toldTags(await receiver.count(3))).toEqual(['v1', 'v2', 'v3']);
  });

  it('lose nothing in a crash, and keep their order and their ids', async () => {
    let open: (() => void) | undefined;
    receiver.behaviour = ({ body }, _n, response) => {
      // The first time, the service is gone before the answer comes.
      if (body.includes('"tag":"v2"') && open === undefined) open = () => response.end();
      else response.end();
    };
    await hook();
    await pushAll('v1', 'v2', 'v3');
    await receiver.count(2);
    await world.crash();
    await again();
    const messages = await receiver.count(4);
    expect(toldTags(messages)).toEqual(['v1', 'v2', 'v2', 'v3']);
    expect(messages[1]?.headers['webhook-id']).toBe(messages[2]?.headers['webhook-id']);
    expect(messages[1]?.body).toBe(messages[2]?.body);
  });

  it('that wait are tried again after a crash, with the attempts made before', async () => {
    receiver.behaviour = answering(500, { 'retry-after': '60' });
    const answer = await hook();
    await pushAll('v1');
    await receiver.count(1);
    const webhookId = answer.kind === 'rejected' ? '' : String(answer.result?.['webhookId']);
    const log = async () => {
      const { reader } = world.service.webhooks;
      return reader.deliveries(await reader.get('alpha', webhookId), { limit: 10 });
    };
    await until(log, ([only]) => only?.attempts.length === 1);
    await world.crash();
    await again();
    receiver.behaviour = answering(200);
    world.clock.advance(61_000);
    await receiver.count(2);
    const [only] = await until(log, ([first]) => first?.state === 'delivered');
    expect(only?.attempts.map(({ status }) => status)).toEqual([500, 200]);
  });

  it('begin again after the creation of the webhook when the read model is thrown away', async () => {
    await pushAll('v0');
    await hook();
    await pushAll('v1', 'v2');
    await receiver.count(2);
    await world.close();
    for (const end of ['', '-wal', '-shm']) await rm(join(directory.path, `${readModelFile}${end}`), { force: true });
    await again();
    const messages = await receiver.count(4);
    expect(toldTags(messages)).toEqual(['v1', 'v2', 'v1', 'v2']);
    expect(messages[2]?.headers['webhook-id']).toBe(messages[0]?.headers['webhook-id']);
  });

  it('stop and start as somebody else says', async () => {
    await hook();
    const { deliveries } = world.service.webhooks;
    await deliveries.stop();
    await pushAll('v1');
    await world.settled();
    expect(receiver.received).toEqual([]);
    deliveries.start();
    expect(toldTags(await receiver.count(1))).toEqual(['v1']);
    expect(deliveries.size).toBe(1);
  });

  it('begin again when they are started before what they had in hand has ended', async () => {
    receiver.behaviour = () => undefined;
    await hook();
    await pushAll('v1');
    await receiver.count(1);
    const { deliveries } = world.service.webhooks;
    // As when a node loses its term while a receiver hangs, and has the next one before the receiver is given up.
    const stopped = deliveries.stop();
    deliveries.start();
    await stopped;
    receiver.behaviour = answering(200);
    world.clock.advance(60_000);
    expect(toldTags(await receiver.count(2))).toEqual(['v1', 'v1']);
    expect(deliveries.size).toBe(1);
  });
});
