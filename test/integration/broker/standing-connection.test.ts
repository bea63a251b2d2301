import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { parseBrokerUrl } from '../../../src/broker/broker-url.js';
import { natsConnection } from '../../../src/broker/nats.connection.js';
import { rabbitMqConnection } from '../../../src/broker/rabbitmq.connection.js';
import { ConnectionClosedError } from '../../../src/broker/standing-connection.js';
import { natsIsThere, natsUrl, rabbitMqIsThere, rabbitMqUrl } from '../../support/brokers/reachable.js';
import { tcpProxy } from '../../support/tcp-proxy.js';
import { eventually } from '../../support/eventually.js';

const quiet = pino({ level: 'silent' });
const patience = (): AbortSignal => AbortSignal.timeout(60_000);
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** The URL of a broker behind a proxy. */
function through(url: string, host: string): NonNullable<ReturnType<typeof parseBrokerUrl>> {
  const moved = parseBrokerUrl(url.replace(new URL(url).host, host));
  if (moved === undefined) throw new TypeError(`${url} is no URL of a broker`);
  return moved;
}

describe.skipIf(!natsIsThere)('a standing connection to NATS', () => {
  it('comes about once the server is there, and again after it was away, with its subscriptions', async () => {
    const proxy = await tcpProxy(natsUrl);
    open.push(() => proxy.close());
    await proxy.cut();
    const standing = natsConnection(through(natsUrl, proxy.host), 'test', quiet);
    open.push(() => standing.close());
    standing.start();
    await eventually('a fault that names the place', () =>
      standing.fault?.includes(proxy.host) && /refused/i.test(standing.fault) ? true : undefined,
    );
    await proxy.restore();
    const connection = await standing.opened(patience());
    expect(standing.fault).toBeUndefined();

    const subject = `test-${process.pid}-${Date.now()}`;
    const heard: string[] = [];
    connection.subscribe(subject, { callback: (_, message) => void heard.push(message.string()) });
    await proxy.cut();
    await eventually('the break', () => standing.fault);
    await proxy.restore();
    await eventually('the repair', () => (standing.fault === undefined ? true : undefined));
    await eventually('a message', () => {
      connection.publish(subject, 'hello');
      return heard[0];
    });
  });

  it('waits no longer once it is closed', async () => {
    const proxy = await tcpProxy(natsUrl);
    await proxy.close();
    const standing = natsConnection(through(natsUrl, proxy.host), 'test', quiet);
    standing.start();
    const waiting = standing.opened(patience());
    const refused = expect(waiting).rejects.toThrow(ConnectionClosedError);
    await standing.close();
    await refused;
    await expect(standing.opened(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe.skipIf(!rabbitMqIsThere)('a standing connection to RabbitMQ', () => {
  it('comes about once the broker is there, and again after it was away, set up anew each time', async () => {
    const proxy = await tcpProxy(rabbitMqUrl);
    open.push(() => proxy.close());
    await proxy.cut();
    let times = 0;
    const standing = rabbitMqConnection(through(rabbitMqUrl, proxy.host), 'test', quiet).use(async (connection) => {
      const channel = await connection.createChannel();
      await channel.close();
      times += 1;
    });
    open.push(() => standing.close());
    standing.start();
    await eventually('a fault that names the place', () =>
      standing.fault?.includes(proxy.host) && standing.fault.includes('ECONNREFUSED') ? true : undefined,
    );
    await proxy.restore();
    const first = await standing.opened(patience());
    expect(times).toBe(1);
    await proxy.cut();
    await eventually('the break', () => standing.fault);
    await proxy.restore();
    const second = await standing.opened(patience());
    expect(second).not.toBe(first);
    expect(times).toBe(2);
  });

  it('is not open before everybody who uses it is ready with it, and is tried again when one cannot', async () => {
    let attempts = 0;
    const standing = rabbitMqConnection(through(rabbitMqUrl, new URL(rabbitMqUrl).host), 'test', quiet).use(
      async (connection) => {
        attempts += 1;
        if (attempts > 1) return;
        const channel = await connection.createChannel();
        channel.on('error', () => undefined);
        await channel.checkQueue(`there-is-no-such-queue-${process.pid}`);
      },
    );
    open.push(() => standing.close());
    standing.start();
    await eventually('the fault', () => (standing.fault?.includes('no queue') ? true : undefined));
    await standing.opened(patience());
    expect(attempts).toBe(2);
  });

  it('tells no password, whatever the broker says', async () => {
    const { host } = new URL(rabbitMqUrl);
    const lines: string[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    const standing = rabbitMqConnection(through(`amqp://guest:pass-hush@${host}`, host), 'test', logger);
    open.push(() => standing.close());
    standing.start();
    await eventually('the refusal', () => (standing.fault?.includes('ACCESS_REFUSED') ? true : undefined));
    expect(lines.join('')).toContain('ACCESS_REFUSED');
    expect(lines.join('') + String(standing.fault)).not.toContain('hush');
  });
});

it('is closed twice without a fault', async () => {
  const place = parseBrokerUrl('nats://127.0.0.1:1');
  if (place === undefined) throw new TypeError('no broker');
  const standing = natsConnection(place, 'test', quiet);
  standing.start();
  await standing.close();
  await standing.close();
  expect(standing.current).toBeUndefined();
});
