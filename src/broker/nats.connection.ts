import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { loginOf, placeOfBroker, withoutCredentials } from './broker-url.js';
import type { BrokerUrl } from './broker-url.js';
import { StandingConnection } from './standing-connection.js';
import type { ConnectionLog, Noted, Opened } from './standing-connection.js';

const connectTimeoutMs = 5_000;
/** A server that is away takes nothing any more. */
const drainMs = 2_000;

/**
 * A connection to NATS that comes back by itself. While it is away the client library keeps subscriptions and the
 * messages that were published meanwhile, and goes on with another server of the cluster when there is one.
 *
 * @param name shown by the server's monitoring
 */
export function natsConnection(
  url: BrokerUrl,
  name: string,
  logger: ConnectionLog,
): StandingConnection<NatsConnection> {
  return new StandingConnection({
    open: (noted) => open(url, name, noted),
    place: placeOfBroker(url),
    logger,
  });
}

async function open(url: BrokerUrl, name: string, noted: Noted): Promise<Opened<NatsConnection>> {
  // Loaded here, for who has no such broker needs no library for it.
  const { connect } = await import('@nats-io/transport-node');
  try {
    const connection = await connect(optionsOf(url, name));
    const watched = watch(connection, url, noted);
    const over = Promise.all([connection.closed(), watched]).then(([fault]) =>
      withoutCredentials(url, fault instanceof Error ? fault.message : 'the connection was closed'),
    );
    return {
      connection,
      over,
      async close() {
        await Promise.race([drained(connection), sleep(drainMs, undefined, { ref: false })]);
        await connection.close();
        await over;
      },
    };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(withoutCredentials(url, message), { cause });
  }
}

/** What is under way is sent. A connection that ended by itself in the meantime has nothing left to send. */
async function drained(connection: NatsConnection): Promise<void> {
  try {
    await connection.drain();
  } catch (thrown) {
    if (!connection.isClosed()) throw thrown;
  }
}

function optionsOf({ servers }: BrokerUrl, name: string): ConnectionOptions {
  const login = loginOf(servers[0]);
  return {
    servers: servers.map((server) => new URL(server).host),
    name,
    timeout: connectTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // A password that the server refuses for a moment, while its configuration is read again, is no reason to give up.
    ignoreAuthErrorAbort: true,
    pingInterval: 10_000,
    maxPingOut: 2,
    ...(servers.some((server) => server.startsWith('tls:')) && { tls: {} }),
    ...(login !== undefined && credentials(login)),
  };
}

function credentials({ user, password }: { readonly user: string; readonly password?: string }): ConnectionOptions {
  return password === undefined ? { token: user } : { user, pass: password };
}

/** Notes what the library tells, until the connection is closed. */
async function watch(connection: NatsConnection, url: BrokerUrl, noted: Noted): Promise<void> {
  for await (const status of connection.status()) {
    switch (status.type) {
      case 'disconnect':
      case 'staleConnection':
        noted('the connection is broken; a new one is being made');
        break;
      case 'error':
        if (connection.isClosed()) break;
        noted(withoutCredentials(url, status.error.message));
        break;
      case 'reconnect':
        noted(undefined);
        break;
      default:
        break;
    }
  }
}
