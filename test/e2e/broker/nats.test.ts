import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerReady, readinessOf } from '../../support/brokers/broker-ready.js';
import { subjectsHeard } from '../../support/brokers/listening.js';
import { ownPrefix, rawNats } from '../../support/brokers/raw-bus.js';
import type { RawBus } from '../../support/brokers/raw-bus.js';
import { natsIsThere, natsUrl } from '../../support/brokers/reachable.js';
import { tcpProxy } from '../../support/tcp-proxy.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { NatsServer, natsServerIsInstalled } from '../../support/cluster/nats-server.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { eventually } from '../../support/eventually.js';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

const bodyLimit = 65_536;

describe.skipIf(!natsIsThere)('the subjects of NATS', () => {
  const prefix = ownPrefix();
  let proxy: TcpProxy;
  let service: StartedService;
  let platform: Platform;
  let bus: RawBus;
  let admin: Robot;

  beforeAll(async () => {
    proxy = await tcpProxy(natsUrl);
    service = await startService({
      env: {
        COMMAND_BUS_URL: `nats://${proxy.host}`,
        TAGALONG_COMMAND_BUS_PREFIX: prefix,
        TAGALONG_COMMAND_BUS_CONCURRENCY: '2',
        TAGALONG_BODY_LIMIT: String(bodyLimit),
        TAGALONG_RATE_LIMIT: '500',
      },
    });
    platform = new Platform(service);
    await platform.account('acme', ['build']);
    admin = await platform.robot('build', 'admin');
    await brokerReady(service);
    bus = await rawNats(prefix);
  });

  afterAll(async () => {
    await service.stop();
    await bus.close();
    await proxy.close();
  });

  const push = (name: string, more: object = {}) => ({
    id: randomUUID(),
    type: 'PushTag',
    token: admin.key,
    data: { workspace: 'build', resourceType: 'job', name, tag: 'v1', digest: digestOf(1), size: 1, platforms: [] },
    ...more,
  });

  it.each([
    ['is not JSON', Buffer.from('{"id": '), 'broken-json', 400],
    ['is no envelope', Buffer.from('[1, 2]'), 'invalid-input', 400],
    ['is nested without end', Buffer.from(`{"data":${'['.repeat(9_000)}${']'.repeat(9_000)}}`), 'invalid-input', 400],
    ['is larger than a request may be', Buffer.alloc(bodyLimit + 1, 'x'), 'body-too-large', 413],
  ])('answer a message that %s', async (_, bytes, error, code) => {
    expect(await bus.request('commands', bytes)).toMatchObject({ id: null, outcome: 'rejected', error, code });
  });

  it('answer a flood in part, and say so of the rest; nothing is half done', async () => {
    const commands = Array.from({ length: 400 }, (_, n) => push(`flood-${n}`));
    const replies = await Promise.all(commands.map((command) => bus.request('commands', command)));
    const outcomes = new Set(replies.map(({ outcome, error }) => error ?? outcome));
    expect([...outcomes].sort()).toEqual(['accepted', 'overloaded']);
    const accepted = replies.filter(({ outcome }) => outcome === 'accepted').length;
    const { body } = await platform.call('GET', '/images?q=flood-', { workspace: 'build' });
    expect(body).toHaveLength(accepted);
    const again = [];
    for (const command of commands.slice(-20)) again.push(await bus.request('commands', command));
    expect(again.map(({ outcome }) => outcome)).toEqual(again.map(() => 'accepted'));
  });

  it('send no reply to where the server or the service listens, though a sender wants it', async () => {
    const listening = await subjectsHeard([`${prefix}.events.>`, `$KV.${prefix}.>`, `${prefix}.elsewhere`]);
    await bus.tell('commands', push('deputy-1'), `${prefix}.events.build.tag.pushed`);
    await bus.tell('commands', push('deputy-2'), `$KV.${prefix}.bucket`);
    await bus.tell('commands', push('deputy-3'), `${prefix}.elsewhere`);
    await eventually('the reply to the last', () => (listening.heard.length > 0 ? true : undefined));
    expect(listening.heard).toEqual([`${prefix}.elsewhere`]);
    for (const refused of ['deputy-1', 'deputy-2']) {
      const { status } = await platform.ask('GET', `/images/job/${refused}`, { workspace: 'build' });
      expect(status).toBe(404);
    }
    await listening.close();
  });

  it('are taken from again when the server was away', async () => {
    await proxy.cut();
    await eventually('the word of it', async () => {
      const { checks } = await readinessOf(service);
      return checks.some(({ name, ready }) => name === 'command-bus' && !ready) ? true : undefined;
    });
    await proxy.restore();
    await brokerReady(service);
    await bus.tell('commands', push('told'));
    await eventually('the tag', async () => {
      const { status } = await platform.ask('GET', '/images/job/told', { workspace: 'build' });
      return status === 200 ? true : undefined;
    });
  });

  it('answer the clients of Nest', async () => {
    const client = ClientProxyFactory.create({
      transport: Transport.NATS,
      options: { servers: [new URL(natsUrl).host] },
    });
    const command = push('from-nest');
    expect(await lastValueFrom(client.send<unknown>(`${prefix}.commands`, command))).toMatchObject({
      id: command.id,
      outcome: 'accepted',
    });
    await client.close();
  });

  it('tell who waits that no service is there', async () => {
    const nobody = await rawNats(ownPrefix());
    await expect(nobody.request('commands', push('nobody'))).rejects.toThrow(/no responders/i);
    await nobody.close();
  });
});

it('does not start with a broker that it does not know, and says what it knows', async () => {
  await expect(startService({ env: { COMMAND_BUS_URL: 'redis://me:hush@127.0.0.1' } })).rejects.toThrow(
    /TAGALONG_COMMAND_BUS_URL: must be nats:\/\/.*amqp:\/\//,
  );
});

describe('a service whose broker is not there', () => {
  it('starts, answers over HTTP, tells, and ends in order', async () => {
    const service = await startService({ env: { COMMAND_BUS_URL: 'amqp://me:hush@127.0.0.1:1' } });
    const said = await eventually('the word in the log', () =>
      service.log.find((line) => line.includes('cannot connect to the message broker')),
    );
    expect(said).toContain('RabbitMQ at 127.0.0.1:1');
    expect(service.log.join('')).not.toContain('hush');
    await service.stop();
  });
});

describe.skipIf(!natsServerIsInstalled)('a NATS server that takes small messages only', () => {
  it('is not asked to take a large reply: who waits for it is told', async () => {
    const directory = await temporaryDirectory();
    const configuration = join(directory.path, 'nats.conf');
    await writeFile(configuration, 'max_payload: 2048\n');
    const server = await NatsServer.start(configuration);
    if (server === undefined) throw new Error('the server does not start');
    const prefix = ownPrefix();
    const env = { COMMAND_BUS_URL: server.url, TAGALONG_COMMAND_BUS_PREFIX: prefix };
    const service = await startService({ env });
    const bus = await rawNats(prefix, server.url);
    try {
      const platform = new Platform(service);
      await platform.account('acme', ['build']);
      const { key: token } = await platform.robot('build', 'admin');
      await brokerReady(service);
      const ask = (type: string, data: object) => ({ id: randomUUID(), type, token, data });
      const list = (more: object) => bus.request('queries', ask('ListImages', { workspace: 'build', ...more }));
      for (let n = 0; n < 10; n++) {
        const image = { workspace: 'build', resourceType: 'job', name: `large-${n}` };
        const push = { ...image, tag: 'v1', digest: digestOf(n), size: 1, platforms: [] };
        expect(await bus.request('commands', ask('PushTag', push))).toMatchObject({ outcome: 'accepted' });
      }
      expect(await list({})).toMatchObject({ error: 'reply-too-large', code: 413 });
      expect(await list({ limit: 1 })).toMatchObject({ outcome: 'answered' });
    } finally {
      await service.stop();
      await bus.close();
      await server.halt();
      await directory.remove();
    }
  });
});
