import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import type { Logger } from 'pino';
import { rabbitMqConnection } from '../../broker/rabbitmq.connection.js';
import type { StandingConnection } from '../../broker/standing-connection.js';
import type { BrokerConfig } from '../../config/config.js';
import type { ErrorBody } from '../../http/error-response.js';
import { failureReply } from '../command-reply.js';
import { channels } from './broker-answer.js';
import type { BrokerAnswer, BrokerChannel, BrokerLink, Receive } from './broker-answer.js';
import { attemptsOf, deadLetterOptions, retryOptions } from './dead-letter.js';
import { bodyTooLarge } from './link-limits.js';
import type { LinkLimits } from './link-limits.js';
import { declareQueues, rabbitMqNames } from './rabbitmq.topology.js';
import type { RabbitMqNames } from './rabbitmq.topology.js';
import { ReplyChannel } from './reply-channel.js';
import { unwrapped, wrapped } from './wire.js';
import type { Wrapping } from './wire.js';

/** The channel that messages come through on one connection, with the consumers on it. */
interface Consuming {
  readonly channel: ConfirmChannel;
  readonly replies: ReplyChannel;
  readonly tags: string[];
}

/**
 * Takes messages from the queues `PREFIX.commands` and `PREFIX.queries`.
 *
 * A command is acknowledged once it is durable, or once it stands in another queue: one that failed waits and comes
 * again, so many times, and is then kept among the dead letters with the reason; so is one that cannot be read. Whoever
 * waits for the answer is told instead that the command was refused or failed, and decides what is next.
 */
export class RabbitMqLink implements BrokerLink {
  readonly name = 'rabbitmq';
  readonly #connection: StandingConnection<ChannelModel>;
  readonly #names: RabbitMqNames;
  #consuming: Consuming | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly broker: BrokerConfig,
    private readonly limits: LinkLimits,
    private readonly logger: Logger,
  ) {
    this.#connection = rabbitMqConnection(broker, 'tagalong command bus', logger);
    this.#names = rabbitMqNames(broker);
  }

  get fault(): string | undefined {
    return this.#connection.fault;
  }

  start(receive: Receive): void {
    this.#connection.use((connection) => this.#consume(connection, receive)).start();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.race([this.#finished(), sleep(this.limits.shutdownMs, undefined, { ref: false })]);
    await this.#connection.close();
  }

  /** No more messages come, and those that had come are answered and acknowledged. */
  async #finished(): Promise<void> {
    const { channel, tags } = this.#consuming ?? {};
    if (channel !== undefined) {
      for (const tag of tags ?? []) await ifOpen(() => channel.cancel(tag));
    }
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (channel !== undefined) await ifOpen(() => channel.close());
  }

  async #consume(connection: ChannelModel, receive: Receive): Promise<void> {
    const channel = await connection.createConfirmChannel();
    channel.on('error', (fault) => {
      this.logger.error({ reason: fault.message }, 'the channel to the broker broke');
    });
    await declareQueues(channel, this.#names, this.broker);
    const replies = await ReplyChannel.open(connection, this.logger);
    const consuming: Consuming = { channel, replies, tags: [] };
    await channel.prefetch(this.broker.concurrency);
    for (const name of channels) {
      const onMessage = (message: ConsumeMessage | null): void => {
        if (message === null) this.#startAgain(connection, `the queue ${this.#names[name]} was deleted`);
        else this.#take(consuming, name, message, receive);
      };
      const { consumerTag } = await channel.consume(this.#names[name], onMessage);
      consuming.tags.push(consumerTag);
    }
    channel.once('close', () => {
      if (this.#consuming === consuming) this.#startAgain(connection, 'the channel was closed');
    });
    this.#consuming = consuming;
  }

  /** Ends a connection that messages no longer come through; the next one is set up from the beginning. */
  #startAgain(connection: ChannelModel, reason: string): void {
    if (this.#consuming === undefined) return;
    this.#consuming = undefined;
    this.logger.warn({ reason }, 'messages come no more; connecting again');
    ifOpen(() => connection.close()).catch((err: unknown) => {
      this.logger.error({ err }, 'a connection to the broker could not be closed');
    });
  }

  #take(consuming: Consuming, name: BrokerChannel, message: ConsumeMessage, receive: Receive): void {
    const work = this.#handle(consuming, name, message, receive)
      .catch((err: unknown) => {
        // Not acknowledged, so it comes again.
        this.logger.warn({ err, queue: this.#names[name] }, 'a message could not be settled with the broker');
      })
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #handle(
    { channel, replies }: Consuming,
    name: BrokerChannel,
    message: ConsumeMessage,
    receive: Receive,
  ): Promise<void> {
    const replyTo: unknown = message.properties.replyTo;
    const isAwaited = typeof replyTo === 'string' && replyTo !== '';
    const { answer, wrapping } = await this.#answer(name, message, isAwaited, receive);
    if (name === 'commands') await this.#settle(channel, message, isAwaited, answer);
    if (isAwaited) replies.send(replyTo, wrapped(answer.reply, wrapping), message.properties.correlationId);
    await ifOpen(() => {
      channel.ack(message);
    });
  }

  async #answer(
    name: BrokerChannel,
    message: ConsumeMessage,
    isAwaited: boolean,
    receive: Receive,
  ): Promise<{ readonly answer: BrokerAnswer; readonly wrapping: Wrapping }> {
    const { length } = message.content;
    const { bodyLimit } = this.limits;
    try {
      if (length > bodyLimit) throw bodyTooLarge(length, bodyLimit);
      const { body, wrapping } = unwrapped(message.content);
      return { answer: await receive(name, { body, isAwaited, isKept: !isAwaited }), wrapping };
    } catch (refusal) {
      return { answer: { kind: 'unreadable', reply: failureReply(null, refusal) }, wrapping: { kind: 'plain' } };
    }
  }

  /** Puts a command where it belongs when it is not done with. */
  async #settle(
    channel: ConfirmChannel,
    message: ConsumeMessage,
    isAwaited: boolean,
    answer: BrokerAnswer,
  ): Promise<void> {
    switch (answer.kind) {
      case 'answered':
        return;
      case 'unreadable':
        return this.#keep(channel, message, attemptsOf(message) + 1, answer.reply);
      case 'refused':
        return isAwaited ? undefined : this.#keep(channel, message, attemptsOf(message) + 1, answer.reply);
      case 'failed':
        return isAwaited ? undefined : this.#tryLater(channel, message, answer.reply);
    }
  }

  async #tryLater(channel: ConfirmChannel, message: ConsumeMessage, reason: ErrorBody): Promise<void> {
    const attempts = attemptsOf(message) + 1;
    if (attempts > this.broker.retries) {
      await this.#keep(channel, message, attempts, reason);
      return;
    }
    const { name: queue, delayMs } = this.#names.retry(attempts);
    this.logger.warn({ reason: reason.error, attempts, againInMs: delayMs }, 'a command failed and is tried again');
    await move(channel, queue, message, retryOptions(message, attempts, reason));
  }

  async #keep(channel: ConfirmChannel, message: ConsumeMessage, attempts: number, reason: ErrorBody): Promise<void> {
    const { dead } = this.#names;
    this.logger.warn({ reason: reason.error, detail: reason.message, queue: dead }, 'a message became a dead letter');
    await move(channel, dead, message, deadLetterOptions(message, attempts, reason, new Date()));
  }
}

/** Resolves once the broker has the message on record in the other queue. */
async function move(
  channel: ConfirmChannel,
  queue: string,
  { content }: ConsumeMessage,
  options: Options.Publish,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    channel.sendToQueue(queue, content, options, (fault: unknown) => {
      if (fault === null || fault === undefined) resolve();
      else reject(fault instanceof Error ? fault : new Error(`the broker did not take a message for ${queue}`));
    });
  });
}

/** A channel or connection that has gone meanwhile needs nothing more. */
async function ifOpen(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'IllegalOperationError') throw thrown;
  }
}
