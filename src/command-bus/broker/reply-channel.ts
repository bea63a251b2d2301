import type { Channel, ChannelModel } from 'amqplib';
import type { Logger } from 'pino';
import type { BrokerUrl } from '../../broker/broker-url.js';
import { rabbitMqConnection } from '../../broker/rabbitmq.connection.js';
import type { StandingConnection } from '../../broker/standing-connection.js';

/** So long a reply waits for a connection. */
const patienceMs = 5_000;

/**
 * Sends replies, each to the queue its message names. Over a connection of its own: for some names, which anybody may
 * have put there, the broker ends the connection they are said on, and those that messages come through must stand.
 */
export class ReplyChannel {
  readonly #connection: StandingConnection<ChannelModel>;
  #channel: Channel | undefined;

  constructor(
    broker: BrokerUrl,
    private readonly logger: Logger,
  ) {
    this.#connection = rabbitMqConnection(broker, 'tagalong command bus, replies', logger);
  }

  start(): void {
    this.#connection.use((connection) => this.#open(connection)).start();
  }

  /** Sends a JSON document, once. Who gets none sends again with the same id. Does not reject. */
  async send(queue: string, document: string, correlationId: unknown): Promise<void> {
    try {
      const channel = this.#channel ?? (await this.#opened());
      channel.sendToQueue(queue, Buffer.from(document), {
        contentType: 'application/json',
        ...(typeof correlationId === 'string' && { correlationId }),
      });
    } catch (err) {
      this.logger.warn({ err, queue }, 'a reply could not be sent');
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #opened(): Promise<Channel> {
    await this.#connection.opened(AbortSignal.timeout(patienceMs));
    if (this.#channel === undefined) throw new Error('the connection for replies has just ended');
    return this.#channel;
  }

  async #open(connection: ChannelModel): Promise<void> {
    const channel = await connection.createChannel();
    channel.on('error', ({ message: reason }) => {
      this.logger.warn({ reason }, 'the broker refused a reply');
    });
    channel.once('close', () => {
      if (this.#channel !== channel) return;
      this.#channel = undefined;
      connection.close().catch((err: unknown) => {
        this.logger.debug({ err }, 'the connection for replies had ended before it was closed');
      });
    });
    this.#channel = channel;
  }
}
