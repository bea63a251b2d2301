import { randomUUID } from 'node:crypto';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { BrokerUrl } from '../../broker/broker-url.js';
import { rabbitMqConnection } from '../../broker/rabbitmq.connection.js';
import type { ConnectionLog, StandingConnection } from '../../broker/standing-connection.js';
import type { ClientTransport, Message, Reply } from './transport.js';
import { replyIn, unlessAborted } from './transport.js';

/** Replies come straight to this channel, through no queue. */
const replyTo = 'amq.rabbitmq.reply-to';

/** Speaks with the service over RabbitMQ. The service declares the queues: it must have run once. */
export class RabbitMqTransport implements ClientTransport {
  readonly #connection: StandingConnection<ChannelModel>;
  readonly #waiting = new Map<string, (document: unknown) => void>();
  /** The ids of messages for which there was no queue. */
  readonly #returned = new Set<string>();
  #channel: ConfirmChannel | undefined;

  constructor(
    url: BrokerUrl,
    private readonly prefix: string,
    private readonly logger: ConnectionLog,
  ) {
    this.#connection = rabbitMqConnection(url, 'tagalong client', logger).use((connection) => this.#open(connection));
    this.#connection.start();
  }

  async request(channel: 'commands' | 'queries', message: Message, signal: AbortSignal): Promise<Reply> {
    const correlationId = randomUUID();
    const reply = new Promise<unknown>((resolve) => {
      this.#waiting.set(correlationId, resolve);
    });
    try {
      await this.#publish(channel, message, { replyTo, correlationId }, signal);
      return replyIn(await unlessAborted(signal, reply));
    } finally {
      this.#waiting.delete(correlationId);
    }
  }

  /** Handed over once the broker has it on disk. */
  tell(message: Message, signal: AbortSignal): Promise<void> {
    return this.#publish('commands', message, { persistent: true }, signal);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #open(connection: ChannelModel): Promise<void> {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => {
      connection.close().catch((err: unknown) => {
        this.logger.warn({ err }, 'a connection to the broker could not be closed');
      });
    });
    channel.on('return', ({ properties }) => {
      const messageId: unknown = properties.messageId;
      if (typeof messageId === 'string') this.#returned.add(messageId);
    });
    await channel.consume(
      replyTo,
      (message) => {
        const correlationId: unknown = message?.properties.correlationId;
        if (message === null || typeof correlationId !== 'string') return;
        this.#waiting.get(correlationId)?.(parsed(message.content));
      },
      { noAck: true },
    );
    this.#channel = channel;
  }

  async #publish(name: string, message: Message, options: object, signal: AbortSignal): Promise<void> {
    await this.#connection.opened(signal);
    const channel = this.#channel;
    if (channel === undefined) throw new TypeError('an open connection has a channel');
    const queue = `${this.prefix}.${name}`;
    const bytes = Buffer.from(JSON.stringify(message));
    const confirmed = new Promise<void>((resolve, reject) => {
      const given = { ...options, mandatory: true, contentType: 'application/json', messageId: message.id };
      channel.sendToQueue(queue, bytes, given, (fault: unknown) => {
        if (this.#returned.delete(message.id))
          reject(new Error(`there is no queue ${queue}; has the service run with this broker and prefix?`));
        else if (fault === null || fault === undefined) resolve();
        else reject(fault instanceof Error ? fault : new Error(`the broker did not take a message for ${queue}`));
      });
    });
    await unlessAborted(signal, confirmed);
  }
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}
