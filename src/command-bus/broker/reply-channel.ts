import type { Channel, ChannelModel } from 'amqplib';
import type { Logger } from 'pino';

/**
 * Sends replies, each to the queue its message names. On a channel of its own, for a name that the broker refuses closes
 * the channel it was said on; another one takes its place.
 */
export class ReplyChannel {
  #channel: Channel;
  #closed = false;

  private constructor(
    channel: Channel,
    private readonly connection: ChannelModel,
    private readonly logger: Logger,
  ) {
    this.#channel = this.#watched(channel);
  }

  static async open(connection: ChannelModel, logger: Logger): Promise<ReplyChannel> {
    return new ReplyChannel(await connection.createChannel(), connection, logger);
  }

  /** Sends a JSON document, once. Who gets none sends again with the same id. */
  send(queue: string, document: string, correlationId: unknown): void {
    try {
      this.#channel.sendToQueue(queue, Buffer.from(document), {
        contentType: 'application/json',
        ...(typeof correlationId === 'string' && { correlationId }),
      });
    } catch (err) {
      this.logger.warn({ err, queue }, 'a reply could not be sent');
    }
  }

  #watched(channel: Channel): Channel {
    channel.on('error', ({ message: reason }) => {
      this.logger.warn({ reason }, 'the broker refused a reply');
      this.#open();
    });
    return channel;
  }

  #open(): void {
    if (this.#closed) return;
    this.connection.createChannel().then(
      (channel) => {
        this.#channel = this.#watched(channel);
      },
      (err: unknown) => {
        this.#closed = true;
        this.logger.warn({ err }, 'replies cannot be sent on this connection any more');
      },
    );
  }
}
