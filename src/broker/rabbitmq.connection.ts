import { isIP } from 'node:net';
import type { ChannelModel } from 'amqplib';
import { placeOfBroker, withoutCredentials } from './broker-url.js';
import type { BrokerUrl } from './broker-url.js';
import { StandingConnection } from './standing-connection.js';
import type { ConnectionLog, Noted, Opened } from './standing-connection.js';

const connectTimeoutMs = 5_000;
const heartbeatSeconds = 10;

/**
 * A connection to RabbitMQ that comes back by itself. Channels belong to one connection: make them in
 * {@link StandingConnection.use}, and close the connection when one of them breaks.
 *
 * @param name shown by the broker's management
 */
export function rabbitMqConnection(
  url: BrokerUrl,
  name: string,
  logger: ConnectionLog,
): StandingConnection<ChannelModel> {
  let attempt = 0;
  return new StandingConnection({
    open: (noted) => open(url, url.servers[attempt++ % url.servers.length] ?? url.servers[0], name, noted),
    place: placeOfBroker(url),
    logger,
  });
}

async function open(url: BrokerUrl, server: string, name: string, noted: Noted): Promise<Opened<ChannelModel>> {
  // Loaded here, for who has no such broker needs no library for it.
  const { connect } = await import('amqplib');
  try {
    const connection = await connect(withHeartbeat(server), {
      timeout: connectTimeoutMs,
      noDelay: true,
      clientProperties: { connection_name: name },
      ...serverName(server),
    });
    let reason = 'the connection was closed';
    const over = new Promise<string>((resolve) => {
      connection.once('close', () => {
        resolve(reason);
      });
    });
    connection.on('error', (fault) => {
      reason = withoutCredentials(url, fault.message);
    });
    connection.on('blocked', (why) => {
      noted(`the broker takes no messages: ${why}`);
    });
    connection.on('unblocked', () => {
      noted(undefined);
    });
    return { connection, over, close: () => closed(connection) };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(withoutCredentials(url, message), { cause });
  }
}

/** A connection that broke by itself in the meantime is closed too. */
async function closed(connection: ChannelModel): Promise<void> {
  try {
    await connection.close();
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'IllegalOperationError') throw thrown;
  }
}

function withHeartbeat(server: string): string {
  const url = new URL(server);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(heartbeatSeconds));
  return url.href;
}

/** TLS asks for the name of the other side, and an address is none. */
function serverName(server: string): { readonly servername?: string } {
  const { protocol, hostname } = new URL(server);
  return protocol === 'amqps:' && isIP(hostname) === 0 ? { servername: hostname } : {};
}
