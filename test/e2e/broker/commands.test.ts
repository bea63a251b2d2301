import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queuesOf } from '../../support/brokers/dead-letters.js';
import { ownPrefix, rawNats, rawRabbitMq } from '../../support/brokers/raw-bus.js';
import { natsIsThere, natsUrl, rabbitMqIsThere, rabbitMqUrl } from '../../support/brokers/reachable.js';
import { brokerReady } from '../../support/brokers/broker-ready.js';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

type Reply = Readonly<Record<string, unknown>>;

interface Envelope {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly data?: unknown;
  readonly [field: string]: unknown;
}

/** A way to send a command to a running service. */
interface Way {
  send(envelope: Envelope, token: string): Promise<Reply>;
  close(): Promise<void>;
}

interface Transport {
  readonly name: string;
  readonly isThere: boolean;
  readonly url?: string;
  readonly via: string;
  open(service: StartedService, prefix: string): Promise<Way>;
}

const overHttp: Transport = {
  name: 'HTTP',
  isThere: true,
  via: 'bus-http',
  open: (service) =>
    Promise.resolve({
      async send(envelope, token) {
        const { body } = await new Platform(service).ask('POST', '/commands', { key: token, body: envelope });
        return body as Reply;
      },
      close: () => Promise.resolve(),
    }),
};

const overNats: Transport = {
  name: 'NATS',
  isThere: natsIsThere,
  url: natsUrl,
  via: 'bus-nats',
  async open(_, prefix) {
    const bus = await rawNats(prefix);
    return { send: (envelope, token) => bus.request('commands', { ...envelope, token }), close: () => bus.close() };
  },
};

const overRabbitMq: Transport = {
  name: 'RabbitMQ',
  isThere: rabbitMqIsThere,
  url: rabbitMqUrl,
  via: 'bus-rabbitmq',
  async open(_, prefix) {
    const bus = await rawRabbitMq(prefix);
    const queues = await queuesOf(prefix, [2_000, 4_000, 8_000, 16_000, 32_000]);
    return {
      send: (envelope, token) => bus.request('commands', { ...envelope, token }),
      async close() {
        await queues.remove();
        await bus.close();
      },
    };
  },
};

for (const transport of [overHttp, overNats, overRabbitMq]) {
  describe.skipIf(!transport.isThere)(`commands over ${transport.name}`, () => {
    const prefix = ownPrefix();
    let service: StartedService;
    let platform: Platform;
    let way: Way;
    let admin: Robot;
    let agent: Robot;
    let stranger: Robot;

    beforeAll(async () => {
      service = await startService({
        env: transport.url === undefined ? {} : { COMMAND_BUS_URL: transport.url, TAGALONG_COMMAND_BUS_PREFIX: prefix },
      });
      platform = new Platform(service);
      await platform.account('acme', ['build', 'live']);
      await platform.account('other', ['abroad']);
      admin = await platform.robot('build', 'admin');
      agent = await platform.robot('build', 'admin', { mayActForOthers: true });
      stranger = await platform.robot('abroad', 'admin');
      await brokerReady(service);
      way = await transport.open(service, prefix);
    });

    afterAll(async () => {
      await service.stop();
      await way.close();
    });

    const push = (name: string, tag: string, n: number, more: object = {}): Envelope & { readonly id: string } => ({
      id: randomUUID(),
      type: 'PushTag',
      data: { workspace: 'build', resourceType: 'sandbox', name, tag, digest: digestOf(n), size: n, platforms: [] },
      ...more,
    });

    it('are obeyed, and what they changed is visible with the answer', async () => {
      const command = push('web', 'v1', 1, { correlationId: 'corr-1', reason: 'nightly' });
      expect(await way.send(command, admin.key)).toEqual({
        id: command.id,
        outcome: 'accepted',
        stream: 'image-build/sandbox/web',
        revision: 1,
        position: expect.any(String) as unknown,
      });
      const { body } = await platform.call('GET', '/images/sandbox/web', { workspace: 'build', key: admin.key });
      expect(body).toMatchObject({ spec: { tags: [{ name: 'v1' }] } });
      const record = await platform.call('GET', '/audit/events?kind=TagPushed&image=sandbox/web', {
        workspace: 'build',
        key: admin.key,
      });
      expect(record.body).toMatchObject([
        {
          principal: `service-account:${admin.clientId}`,
          via: transport.via,
          correlationId: 'corr-1',
          reason: 'nightly',
        },
      ]);
    });

    it('sent again with the same id have one effect and the same answer', async () => {
      const command = push('again', 'v1', 1);
      const first = await way.send(command, admin.key);
      const more = await Promise.all(Array.from({ length: 5 }, () => way.send(command, admin.key)));
      expect(more).toEqual(more.map(() => first));
      expect(first['revision']).toBe(1);
    });

    it('with the id of another one are refused', async () => {
      const command = push('taken', 'v1', 1);
      await way.send(command, admin.key);
      const reused = await way.send({ ...push('elsewhere', 'v1', 1), id: command.id }, admin.key);
      expect(reused).toMatchObject({ error: 'command-id-reused', code: 409 });
    });

    it('that are so already say so', async () => {
      await way.send(push('same', 'v1', 1), admin.key);
      expect(await way.send(push('same', 'v1', 1), admin.key)).toMatchObject({ outcome: 'already-so' });
    });

    it('are refused by the rules with a stable code', async () => {
      const share = {
        id: 'share-1',
        type: 'ShareImage',
        data: { workspace: 'build', resourceType: 'sandbox', name: 'nothing-here', targetWorkspace: 'live' },
      };
      expect(await way.send(share, service.operatorKey)).toMatchObject({
        id: 'share-1',
        outcome: 'rejected',
        error: 'image-not-found',
        code: 404,
        message: expect.stringContaining('nothing-here') as unknown,
      });
    });

    it('of a stranger learn nothing about a workspace, whether it exists or not', async () => {
      const answers = [];
      for (const workspace of ['build', 'no-such-workspace']) {
        const { data, ...command } = push('probe', 'v1', 1, { id: `probe-${workspace}` });
        const reply = await way.send({ ...command, data: { ...(data as object), workspace } }, stranger.key);
        answers.push(JSON.stringify(reply).replaceAll(workspace, 'WORKSPACE'));
      }
      expect(answers[0]).toContain('workspace-forbidden');
      expect(answers[1]).toBe(answers[0]);
    });

    it('may be sent for somebody else only by who may act for others', async () => {
      const principal = `service-account:${admin.clientId}`;
      expect(await way.send(push('for', 'v1', 1, { principal }), agent.key)).toMatchObject({ outcome: 'accepted' });
      expect(await way.send(push('for', 'v2', 2, { principal }), stranger.key)).toMatchObject({
        outcome: 'rejected',
        error: 'may-not-act-for-others',
        code: 403,
      });
    });

    it.each([
      ['an unknown command', { type: 'PushTug' }, 'unknown-command'],
      ['a payload that is not valid', { data: { workspace: 'build' } }, 'invalid-input'],
      ['a field that there is not', { urgent: true }, 'invalid-input'],
      ['no payload', { data: undefined }, 'invalid-input'],
      ['an id that is none', { id: 'with space' }, 'invalid-input'],
    ])('with %s are refused', async (_, damage, error) => {
      const reply = await way.send({ ...push('bad', 'v1', 1), ...damage }, admin.key);
      expect(reply).toMatchObject({ error, code: 400, message: expect.any(String) as unknown });
    });

    it('with a key that is not known, or no longer, are refused from the next message on', async () => {
      const unknownKey = `tgl_${'0'.repeat(16)}_${'A'.repeat(43)}`;
      expect(await way.send(push('auth', 'v1', 1), unknownKey)).toMatchObject({
        error: 'credential-invalid',
        code: 401,
      });
      const leaver = await platform.robot('build', 'member');
      expect(await way.send(push('auth', 'v1', 1), leaver.key)).toMatchObject({ outcome: 'accepted' });
      const keyId = leaver.key.split('_')[1] ?? '';
      await platform.call('DELETE', `/service_accounts/${leaver.clientId}/api_keys/${keyId}`, { workspace: 'build' });
      expect(await way.send(push('auth', 'v2', 2), leaver.key)).toMatchObject({
        error: 'credential-revoked',
        code: 401,
      });
    });

    it('to many streams are taken at once, and those to one stream do not get lost', async () => {
      const commands = Array.from({ length: 120 }, (_, n) => push(`many-${n % 40}`, `v${n}`, n + 1));
      const replies = await Promise.all(commands.map((command) => way.send(command, admin.key)));
      expect(replies.map(({ outcome }) => outcome)).toEqual(commands.map(() => 'accepted'));
      const { body } = await platform.call('GET', '/images?q=many-', { workspace: 'build', key: admin.key });
      const tags = (body as { spec: { tags: unknown[] } }[]).map(({ spec }) => spec.tags.length);
      expect(tags).toEqual(Array.from({ length: 40 }, () => 3));
    });
  });
}
