import { randomUUID } from 'node:crypto';
import { ClientProxyFactory, RmqRecordBuilder, Transport } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerReady, readinessOf } from '../../support/brokers/broker-ready.js';
import { queuesOf } from '../../support/brokers/dead-letters.js';
import type { QueuesOf } from '../../support/brokers/dead-letters.js';
import { ownPrefix, rawRabbitMq } from '../../support/brokers/raw-bus.js';
import type { RawBus } from '../../support/brokers/raw-bus.js';
import { rabbitMqIsThere, rabbitMqUrl } from '../../support/brokers/reachable.js';
import { tcpProxy } from '../../support/tcp-proxy.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { eventually } from '../../support/eventually.js';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

const retryMs = 20;
const bodyLimit = 65_536;

describe.skipIf(!rabbitMqIsThere)('the queues of RabbitMQ', () => {
  const prefix = ownPrefix();
  let env: Readonly<Record<string, string>>;
  let proxy: TcpProxy;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let service: StartedService;
  let platform: Platform;
  let bus: RawBus;
  let queues: QueuesOf;
  let admin: Robot;

  const start = async (): Promise<void> => {
    service = await startService({ env, dataDir: directory.path });
    platform = new Platform(service);
    await brokerReady(service);
  };

  beforeAll(async () => {
    proxy = await tcpProxy(rabbitMqUrl);
    env = {
      COMMAND_BUS_URL: rabbitMqUrl.replace(new URL(rabbitMqUrl).host, proxy.host),
      TAGALONG_COMMAND_BUS_PREFIX: prefix,
      TAGALONG_COMMAND_BUS_RETRIES: '2',
      TAGALONG_COMMAND_BUS_RETRY_MS: String(retryMs),
      TAGALONG_BODY_LIMIT: String(bodyLimit),
      TAGALONG_OPERATOR_KEY: `operator-${randomUUID()}`,
      // Nobody is there who would check the token of a user.
      TAGALONG_OIDC_ISSUER: 'http://127.0.0.1:1',
      TAGALONG_OIDC_AUDIENCE: 'tagalong',
    };
    directory = await temporaryDirectory();
    await start();
    await platform.account('acme', ['build']);
    admin = await platform.robot('build', 'admin');
    bus = await rawRabbitMq(prefix);
    queues = await queuesOf(prefix, [retryMs, 2 * retryMs]);
  });

  afterAll(async () => {
    await service.stop();
    await bus.close();
    await queues.remove();
    await proxy.close();
    await directory.remove();
  });

  const push = (name: string, more: object = {}) => ({
    id: randomUUID(),
    type: 'PushTag',
    token: admin.key,
    data: { workspace: 'build', resourceType: 'job', name, tag: 'v1', digest: digestOf(1), size: 1, platforms: [] },
    ...more,
  });

  async function tagsOf(name: string): Promise<number> {
    const { status, body } = await platform.ask('GET', `/images/job/${name}`, { workspace: 'build' });
    return status === 200 ? (body as { spec: { tags: unknown[] } }).spec.tags.length : 0;
  }

  const letter = () => eventually('a dead letter', () => queues.deadLetter());

  it('take commands that nobody waits for', async () => {
    await bus.tell('commands', push('told'));
    await eventually('the tag', async () => ((await tagsOf('told')) === 1 ? true : undefined));
  });

  it.each([
    ['is not JSON', Buffer.from('{"id": '), 'broken-json'],
    ['is not text', Buffer.from([0xff, 0xfe, 0x00]), 'broken-json'],
    ['is no envelope', Buffer.from('[1, 2]'), 'invalid-input'],
    ['is larger than a request may be', Buffer.alloc(bodyLimit + 1, 'x'), 'body-too-large'],
  ])('keep a message that %s, as it came and with the reason', async (_, bytes, reason) => {
    await bus.tell('commands', bytes);
    const { content, properties } = await letter();
    expect(content.equals(bytes)).toBe(true);
    expect(properties.headers).toMatchObject({
      'x-tagalong-reason': reason,
      'x-tagalong-message': expect.any(String) as unknown,
      'x-tagalong-attempts': 1,
      'x-tagalong-queue': `${prefix}.commands`,
    });
  });

  it.each([
    ['of an unknown sender', { token: 'no-such-key' }, 'credential-invalid'],
    ['that there is not', { type: 'PushTug' }, 'unknown-command'],
    ['with a payload that is not valid', { data: { workspace: 'build' } }, 'invalid-input'],
  ])('keep a command %s when nobody waits for the refusal', async (_, damage, reason) => {
    await bus.tell('commands', push('refused', damage));
    expect((await letter()).properties.headers).toMatchObject({ 'x-tagalong-reason': reason });
    expect(await bus.request('commands', push('refused', damage))).toMatchObject({ error: reason });
    expect(await queues.deadLetter()).toBeUndefined();
  });

  it('do not keep what the rules refuse: that is an answer', async () => {
    const command = push('rules', { type: 'DeleteTag' });
    const { workspace, resourceType, name, tag } = command.data;
    await bus.tell('commands', { ...command, data: { workspace, resourceType, name, tag } });
    await eventually('the word in the log', () =>
      service.log.some((line) => line.includes(command.id) && line.includes('image-not-found')) ? true : undefined,
    );
    expect(await queues.deadLetter()).toBeUndefined();
  });

  it('lose no dead letter though the queue for them was deleted', async () => {
    await queues.removeDead();
    const lost = Buffer.from('{"id": "nowhere"');
    await bus.tell('commands', lost);
    await eventually('the queue is there again', async () => ((await queues.hasDead()) ? true : undefined));
    expect((await letter()).content.equals(lost)).toBe(true);
  });

  it.each(['commands', 'queries', 'commands.dead', `commands.retry-${retryMs}`])(
    'send no reply to %s, where a sender wants it',
    async (own) => {
      const command = push(`reply-to-${own}`);
      await bus.tell('commands', command, `${prefix}.${own}`);
      const { content, properties } = await letter();
      expect(JSON.parse(content.toString())).toEqual(command);
      expect(properties.headers).toMatchObject({ 'x-tagalong-reason': 'reply-address-refused' });
      expect(await tagsOf(`reply-to-${own}`)).toBe(0);
      expect(await queues.deadLetter()).toBeUndefined();
    },
  );

  it('go on after a reply to an address that the broker ends the connection for', async () => {
    const question = { type: 'ListImages', token: admin.key, data: { workspace: 'build' } };
    await bus.tell('queries', question, 'amq.rabbitmq.reply-to.nobody');
    await bus.tell('commands', push('to-nobody'), 'amq.rabbitmq.reply-to.nobody');
    await eventually('the tag', async () => ((await tagsOf('to-nobody')) === 1 ? true : undefined));
    expect(await bus.request('queries', question)).toMatchObject({ outcome: 'answered' });
    await service.stop();
    expect([await queues.waiting('queries'), await queues.waiting('commands')]).toEqual([0, 0]);
    await start();
  });

  it('try a command that failed again, and keep it in the end', async () => {
    const token = ['e30', 'e30', 'e30'].join('.');
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'k' })).toString('base64url');
    const failing = push('failing', { token: token.replace('e30', header) });
    await bus.tell('commands', failing);
    const { content, properties } = await letter();
    expect(JSON.parse(content.toString())).toEqual(failing);
    expect(properties.headers).toMatchObject({
      'x-tagalong-reason': 'identity-provider-unavailable',
      'x-tagalong-attempts': 3,
    });
    expect(await bus.request('commands', failing)).toMatchObject({ outcome: 'failed', code: 503 });
    expect(await queues.deadLetter()).toBeUndefined();
  });

  it('give one effect to commands that a killed process had taken', async () => {
    const commands = Array.from({ length: 300 }, (_, n) => push(`killed-${n}`));
    const told = Promise.all(commands.map((command) => bus.tell('commands', command)));
    await eventually('the first of them', async () => ((await tagsOf('killed-0')) === 1 ? true : undefined));
    await service.kill();
    await told;
    await start();
    await eventually('all of them', async () => ((await queues.waiting()) === 0 ? true : undefined));
    await eventually('the last of them', async () => {
      const { body } = await platform.call('GET', '/images?q=killed-', { workspace: 'build' });
      return (body as unknown[]).length === commands.length ? true : undefined;
    });
    const { body } = await platform.call('GET', '/audit/events?kind=TagPushed&limit=1000', { workspace: 'build' });
    const images = (body as { image: { name: string } }[]).map(({ image }) => image.name);
    const killed = images.filter((name) => name.startsWith('killed-'));
    expect(killed).toHaveLength(commands.length);
    expect(new Set(killed).size).toBe(commands.length);
    expect(await queues.deadLetter()).toBeUndefined();
  });

  it('are taken from again when the broker was away, and HTTP went on meanwhile', async () => {
    await proxy.cut();
    await eventually('the word of it', async () => {
      const { status, checks } = await readinessOf(service);
      const broker = checks.find(({ name }) => name === 'command-bus');
      return status === 'ready' && broker?.ready === false ? true : undefined;
    });
    await bus.tell('commands', push('meanwhile'));
    expect(await tagsOf('meanwhile')).toBe(0);
    await proxy.restore();
    await eventually('the tag', async () => ((await tagsOf('meanwhile')) === 1 ? true : undefined));
  });

  it('have their commands finished when the service is stopped in order', async () => {
    const commands = Array.from({ length: 100 }, (_, n) => push(`stopped-${n}`));
    const replies = Promise.all(commands.map((command) => bus.request('commands', command)));
    await eventually('the first of them', async () => ((await tagsOf('stopped-0')) === 1 ? true : undefined));
    await service.stop();
    await start();
    expect((await replies).map(({ outcome }) => outcome)).toEqual(commands.map(() => 'accepted'));
  });

  it('answer the clients of Nest', async () => {
    const client = ClientProxyFactory.create({
      transport: Transport.RMQ,
      options: { urls: [rabbitMqUrl], queue: `${prefix}.commands`, noAssert: true, persistent: true },
    });
    const command = push('from-nest');
    const record = new RmqRecordBuilder(command).build();
    expect(await lastValueFrom(client.send<unknown>('commands', record))).toMatchObject({
      id: command.id,
      outcome: 'accepted',
    });
    await client.close();
  });
});
