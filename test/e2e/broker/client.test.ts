import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TagalongUnavailableError, createClient } from 'tagalong/client';
import type { CommandName, TagalongClient } from 'tagalong/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerReady } from '../../support/brokers/broker-ready.js';
import { queuesOf } from '../../support/brokers/dead-letters.js';
import { ownPrefix } from '../../support/brokers/raw-bus.js';
import { natsIsThere, natsUrl, rabbitMqIsThere, rabbitMqUrl } from '../../support/brokers/reachable.js';
import { tcpProxy } from '../../support/tcp-proxy.js';
import { eventually } from '../../support/eventually.js';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

const example = fileURLToPath(new URL('../../../examples/build-pipeline/main.ts', import.meta.url));
const run = promisify(execFile);

/** The compiler refuses this when the client does not know a command, or knows one that there is not. */
const commands: Readonly<Record<CommandName, true>> = {
  ...{ RegisterImage: true, PushTag: true, DeleteTag: true, DeleteImage: true, CleanupImages: true },
  ...{ ShareImage: true, UnshareImage: true, AcceptShareRequest: true, DeclineShareRequest: true },
  ...{ RecordDeployment: true, RetireDeployment: true, OpenAccount: true, ChangeSharingPolicy: true },
  ...{ CreateWorkspace: true, UpdateWorkspace: true, DeleteWorkspace: true, InviteMember: true },
  ...{ RevokeInvitation: true, AddMember: true, ChangeMemberRole: true, RemoveMember: true },
  ...{ CreateServiceAccount: true, UpdateServiceAccount: true, DeleteServiceAccount: true },
  ...{ IssueApiKey: true, RevokeApiKey: true, CreateWebhook: true, DeleteWebhook: true },
  ...{ DisableWebhook: true, EnableWebhook: true, RotateWebhookSecret: true },
};

const transports = [
  { name: 'HTTP', isThere: true, broker: undefined },
  { name: 'NATS', isThere: natsIsThere, broker: natsUrl },
  { name: 'RabbitMQ', isThere: rabbitMqIsThere, broker: rabbitMqUrl },
];

for (const { name, isThere, broker } of transports) {
  describe.skipIf(!isThere)(`the client over ${name}`, () => {
    const prefix = ownPrefix();
    let service: StartedService;
    let platform: Platform;
    let admin: Robot;
    let client: TagalongClient;
    let url: string;

    const clientOf = (credential: string): TagalongClient =>
      createClient({ url, credential, prefix, httpUrl: service.url });

    beforeAll(async () => {
      const env = { TAGALONG_COMMAND_BUS_PREFIX: prefix, ...(broker !== undefined && { COMMAND_BUS_URL: broker }) };
      service = await startService({ env });
      url = broker ?? service.url;
      platform = new Platform(service);
      await platform.account('acme', ['build', 'live']);
      admin = await platform.robot('build', 'admin');
      await platform.call('POST', '/commands', {
        body: {
          id: 'join',
          type: 'AddMember',
          data: { workspace: 'live', serviceAccount: admin.clientId, role: 'admin' },
        },
      });
      await brokerReady(service);
      client = clientOf(admin.key);
    });

    afterAll(async () => {
      await service.stop();
      await client.close();
      if (name === 'RabbitMQ') await (await queuesOf(prefix, [2_000, 4_000, 8_000, 16_000, 32_000])).remove();
    });

    const image = { workspace: 'build', resourceType: 'sandbox' };
    const tag = (n: number) => ({ tag: `v${n}`, digest: digestOf(n), size: n });

    it('sends commands, with the same answer for the same id', async () => {
      const id = randomUUID();
      const first = await client.command('PushTag', { ...image, name: 'web', ...tag(1) }, { id, reason: 'nightly' });
      expect(first).toMatchObject({ id, outcome: 'accepted', stream: 'image-build/sandbox/web', revision: 1 });
      const again = await client.command('PushTag', { ...image, name: 'web', ...tag(1) }, { id, reason: 'nightly' });
      expect(again).toEqual(first);
    });

    it('tells refusals as values', async () => {
      expect(await client.command('DeleteImage', { ...image, name: 'none' })).toMatchObject({
        outcome: 'rejected',
        error: 'image-not-found',
        code: 404,
      });
      const stranger = clientOf(`tgl_${'0'.repeat(16)}_${'A'.repeat(43)}`);
      expect(await stranger.query('ListImages', { workspace: 'build' })).toMatchObject({
        outcome: 'rejected',
        error: 'credential-invalid',
        code: 401,
      });
      await stranger.close();
    });

    it('asks, and sees what it changed', async () => {
      const done = await client.command('PushTag', { ...image, name: 'asked', ...tag(1) });
      const minPosition = done.outcome === 'rejected' ? '' : (done.position ?? '');
      const got = await client.query('GetImage', { ...image, name: 'asked', tag: 'v1', minPosition });
      expect(got).toMatchObject({ outcome: 'answered', data: { metadata: { name: 'asked' } } });
      const resolved = await client.query('ResolveImage', { ...image, name: 'asked' });
      expect(resolved).toMatchObject({ outcome: 'answered', data: { digest: digestOf(1) } });
      const page = await client.query('ListImages', { workspace: 'build', limit: 1 });
      expect(page).toMatchObject({ outcome: 'answered', nextCursor: expect.any(String) as unknown });
      expect(await client.query('ListDeployments', { workspace: 'build' })).toMatchObject({ data: [] });
      expect(await client.query('GetImage', { ...image, name: 'none' })).toMatchObject({ error: 'image-not-found' });
    });

    it('hands commands over', async () => {
      await client.tell('PushTag', { ...image, name: 'told', ...tag(1) });
      await eventually('the image', async () => {
        const { outcome } = await client.query('GetImage', { ...image, name: 'told' });
        return outcome === 'answered' ? true : undefined;
      });
    });

    it('stops when it is told to', async () => {
      const enough = AbortSignal.abort(new Error('enough'));
      const sent = client.command('DeleteImage', { ...image, name: 'web' }, { signal: enough });
      await expect(sent).rejects.toThrow('enough');
    });

    it('runs the example of a build', async () => {
      const given = ['build', 'from-example', 'v1', digestOf(7), '7', 'live'];
      const env = {
        ...{ PATH: process.env['PATH'], TAGALONG_URL: service.url, TAGALONG_API_KEY: admin.key },
        ...{ COMMAND_BUS_URL: url, TAGALONG_COMMAND_BUS_PREFIX: prefix },
      };
      const { stdout } = await run(process.execPath, ['--import', 'tsx', example, ...given], { env });
      expect(stdout).toContain('build/from-example:v1 is out, and shared with live');
      const { body } = await platform.call('GET', '/images/sandbox/from-example', { workspace: 'live' });
      expect(body).toMatchObject({ metadata: { sourceWorkspace: 'build' } });
    });
  });
}

describe('the client', () => {
  it('over HTTP hands over again what there was no time for, and asks for no field that is not there', async () => {
    const asked: string[] = [];
    const busy = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const code = asked.length === 1 ? 429 : 200;
      response.writeHead(code, { 'content-type': 'application/json' });
      const accepted = request.method === 'GET' ? [] : { id: 'a', outcome: 'accepted' };
      response.end(JSON.stringify(code === 429 ? { error: 'rate-limited', code } : accepted));
    });
    await once(busy.listen(0, '127.0.0.1'), 'listening');
    const { port } = busy.address() as AddressInfo;
    const client = createClient({ url: `http://127.0.0.1:${port}`, credential: 'key', pauseMs: 1 });
    await client.tell('DeleteImage', { workspace: 'a', resourceType: 'job', name: 'b' });
    const next: Readonly<Record<string, unknown>> = { cursor: undefined };
    await client.query('ListImages', { workspace: 'a', ...next });
    expect(asked).toEqual(['POST /v0/commands', 'POST /v0/commands', 'GET /v0/images?workspace=a']);
    busy.close();
  });

  it('knows every command that the service knows', async () => {
    const service = await startService();
    const reply = await createClient({ url: service.url, credential: service.operatorKey }).command(
      // Told apart from the others only by the service.
      'PushTug' as 'PushTag',
      { workspace: 'a', resourceType: 'job', name: 'b', tag: 'c', digest: digestOf(1), size: 1 },
    );
    const known = reply.outcome === 'rejected' ? (/The commands are (.*)\.$/.exec(reply.message)?.[1] ?? '') : '';
    expect(known.split(', ').sort()).toEqual(Object.keys(commands).sort());
    await service.stop();
  });

  it('says that nobody answered, with the id under which to send again', async () => {
    const nobody = await tcpProxy('nats://127.0.0.1:1');
    await nobody.close();
    const options = { url: `http://${nobody.host}`, credential: 'k', attempts: 2, pauseMs: 1 };
    const sent = createClient(options).command(
      'DeleteImage',
      { workspace: 'a', resourceType: 'job', name: 'b' },
      { id: 'c-1' },
    );
    await expect(sent).rejects.toThrow(TagalongUnavailableError);
    await expect(sent).rejects.toMatchObject({ id: 'c-1' });
  });

  it('is not made for what is no address', () => {
    expect(() => createClient({ url: 'redis://127.0.0.1', credential: 'k' })).toThrow('must begin with');
  });
});
