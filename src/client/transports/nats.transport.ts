import type { NatsConnection } from '@nats-io/transport-node';
import type { BrokerUrl } from '../../broker/broker-url.js';
import { natsConnection } from '../../broker/nats.connection.js';
import type { ConnectionLog, StandingConnection } from '../../broker/standing-connection.js';
import type { ClientTransport, Message, Reply } from './transport.js';
import { replyIn, unlessAborted } from './transport.js';

const longestWaitMs = 2_147_483_647;

/** Speaks with the service over NATS. */
export class NatsTransport implements ClientTransport {
  readonly #connection: StandingConnection<NatsConnection>;

  constructor(
    url: BrokerUrl,
    private readonly prefix: string,
    logger: ConnectionLog,
  ) {
    this.#connection = natsConnection(url, 'tagalong client', logger);
    this.#connection.start();
  }

  async request(channel: 'commands' | 'queries', message: Message, signal: AbortSignal): Promise<Reply> {
    const connection = await this.#connection.opened(signal);
    const sent = connection.request(`${this.prefix}.${channel}`, JSON.stringify(message), { timeout: longestWaitMs });
    return replyIn((await unlessAborted(signal, sent)).json<unknown>());
  }

  /** Handed over to the server, which forgets it when no node of the service listens. */
  async tell(message: Message, signal: AbortSignal): Promise<void> {
    const connection = await this.#connection.opened(signal);
    connection.publish(`${this.prefix}.commands`, JSON.stringify(message));
    await unlessAborted(signal, connection.flush());
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
