import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AddressRules } from '../../../src/webhooks/sending/address-rules.js';
import { resolveHost } from '../../../src/webhooks/sending/host-addresses.js';
import type { ResolveHost } from '../../../src/webhooks/sending/host-addresses.js';
import { TargetCheck } from '../../../src/webhooks/sending/target-check.js';
import { signedHeaders } from '../../../src/webhooks/sending/signature.js';
import { WebhookSender } from '../../../src/webhooks/sending/webhook-sender.js';
import { Receiver } from '../../support/webhooks/receiver.js';

let receiver: Receiver;
let port: string;
beforeAll(async () => {
  receiver = await Receiver.start();
  ({ port } = new URL(receiver.url));
});
afterAll(async () => {
  await receiver.stop();
});

const senderWith = (rules: AddressRules, resolve: ResolveHost = resolveHost) =>
  new WebhookSender({ rules, resolve, timeoutMs: 5_000, userAgent: 'tagalong/test', now: () => 0 });
const publicOnly = new AddressRules('refuse');
const here = new AddressRules(['127.0.0.1/32']);
const { signal } = new AbortController();
const to = (url: string) => ({ url, headers: signedHeaders('m1', '{}', 1, []), body: '{}' });

describe('a private address', () => {
  it.each([
    '127.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '0177.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'localhost',
    '0.0.0.0',
  ])('is not sent to, written as %s', async (host) => {
    const url = `http://${host}:${port}/hook`;
    expect(await senderWith(publicOnly).send(to(new URL(url).href), signal)).toMatchObject({
      kind: 'failed',
      fault: expect.stringContaining('is not a public address') as string,
    });
    expect(await new TargetCheck(publicOnly, resolveHost).faultOf(url)).toMatchObject({ kind: 'refused' });
    expect(receiver.received).toEqual([]);
  });

  it('is not sent to when a name that meant a public one comes to mean it', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const rebinding: ResolveHost = () => Promise.resolve(answers.shift() ?? ['127.0.0.1']);
    const url = `http://rebinding.example:${port}/hook`;
    expect(await new TargetCheck(publicOnly, rebinding).faultOf(url)).toBeUndefined();
    expect(await senderWith(publicOnly, rebinding).send(to(url), signal)).toMatchObject({ kind: 'failed' });
    expect(receiver.received).toEqual([]);
  });

  it('is not sent to beside a public one of the same name', async () => {
    const both: ResolveHost = () => Promise.resolve(['93.184.216.34', '127.0.0.1']);
    const url = `http://both.example:${port}/hook`;
    expect(await senderWith(publicOnly, both).send(to(url), signal)).toMatchObject({ kind: 'failed' });
    expect(receiver.received).toEqual([]);
  });
});

describe('the address that was checked', () => {
  it('is the one that is connected to: the name is asked about once', async () => {
    let asked = 0;
    const once: ResolveHost = () => {
      asked += 1;
      return Promise.resolve(asked === 1 ? ['127.0.0.1'] : ['127.0.0.2']);
    };
    const outcome = await senderWith(here, once).send(to(`http://named.example:${port}/hook`), signal);
    expect(outcome).toMatchObject({ kind: 'answered', status: 204 });
    expect(asked).toBe(1);
    expect(receiver.received.at(-1)?.headers.host).toBe(`named.example:${port}`);
  });
});

describe('a host', () => {
  it('that is not known is told of', async () => {
    const unknown: ResolveHost = () =>
      Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' }));
    const url = 'https://nowhere.example/hook';
    expect(await new TargetCheck(publicOnly, unknown).faultOf(url)).toMatchObject({ kind: 'unknown-host' });
    expect(await senderWith(publicOnly, unknown).send(to(url), signal)).toMatchObject({
      kind: 'failed',
      fault: 'queryA ENOTFOUND',
    });
  });
  it('that cannot be asked about now may be right', async () => {
    const away: ResolveHost = () => Promise.reject(Object.assign(new Error('timeout'), { code: 'ETIMEOUT' }));
    expect(await new TargetCheck(publicOnly, away).faultOf('https://example.com/')).toBeUndefined();
  });
  it('of the machine is found, though no DNS knows it', async () => {
    expect(await resolveHost('localhost')).toEqual(expect.arrayContaining(['127.0.0.1']));
  });
});

describe('a receiver', () => {
  it.each([
    [
      'changes over to another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    ],
    ['says something else', 'Welcome!\r\n\r\n'],
    ['hangs up', ''],
  ])('that %s has failed', async (_, answer) => {
    const odd = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(answer));
    });
    await once(odd.listen(0, '127.0.0.1'), 'listening');
    try {
      const address = odd.address();
      if (address === null || typeof address === 'string') throw new TypeError('a server listens on a port');
      const outcome = await senderWith(here).send(to(`http://127.0.0.1:${address.port}/`), signal);
      expect(outcome).toMatchObject({ kind: 'failed' });
    } finally {
      odd.close();
    }
  });
});

describe('aborting', () => {
  it('throws', async () => {
    receiver.behaviour = () => undefined;
    const abort = new AbortController();
    const sending = senderWith(here).send(to(receiver.url), abort.signal);
    const before = receiver.received.length;
    await receiver.count(before + 1);
    abort.abort(new Error('enough'));
    await expect(sending).rejects.toThrow('enough');
  });
});
