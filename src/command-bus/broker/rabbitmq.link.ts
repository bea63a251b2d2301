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
import { requireReplyAddress } from './reply-address.js';
import { ReplyChannel } from './reply-channel.js';
import { unwrapped, wrapped } from './wire.js';
import type { Wrapping } from './wire.js';

/** The channel that messages come through on one connection, with the consumers on it. */
interface Consuming {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  readonly tags: string[];
  /** The broker had no queue for something that was put there. */
  lacksQueue: boolean;
}

interface Answered {
  readonly answer: BrokerAnswer;
  readonly wrapping: Wrapping;
  /** Whether a reply may go to where the sender wants it. */
  readonly isAnswerable: boolean;
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
  readonly #replies: ReplyChannel;
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
    this.#replies = new ReplyChannel(broker, logger);
    this.#names = rabbitMqNames(broker);
  }

  get fault(): string | undefined {
    return this.#connection.fault;
  }

  start(receive: Receive): void {
    this.#replies.start();
    this.#connection.use((connection) => this.#consume(connection, receive)).start();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.race([this.#finished(), sleep(this.limits.shutdownMs, undefined, { ref: false })]);
    await Promise.all([this.#connection.close(), this.#replies.close()]);
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
    const consuming: Consuming = { connection, channel, tags: [], lacksQueue: false };
    channel.on('return', () => {
      consuming.lacksQueue = true;
    });
    await channel.prefetch(this.broker.concurrency);
    for (const name of channels) {
      const onMessage = (message: ConsumeMessage | null): void => {
        if (message === null) this.#startAgain(consuming, `the queue ${this.#names[name]} was deleted`);
        else this.#take(consuming, name, message, receive);
      };
      const { consumerTag } = await channel.consume(this.#names[name], onMessage);
      consuming.tags.push(consumerTag);
    }
    channel.once('close', () => {
      this.#startAgain(consuming, 'the channel was closed');
    });
    this.#consuming = consuming;
  }

  /** Ends a connection that messages no longer come through; the next one is set up from the beginning. */
  #startAgain(consuming: Consuming, reason: string): void {
    if (this.#consuming !== consuming) return;
    this.#consuming = undefined;
    this.logger.warn({ reason }, 'messages come no more; connecting again');
    ifOpen(() => consuming.connection.close()).catch((err: unknown) => {
      this.logger.error({ err }, 'a connection to the broker could not be closed');
    });
  }

  #take(consuming: Consuming, name: BrokerChannel, message: ConsumeMessage, receive: Receive): void {
    const work = this.#handle(consuming, name, message, receive)
      .catch((err: unknown) => {
        this.logger.warn({ err, queue: this.#names[name] }, 'a message could not be settled with the broker');
        // Not acknowledged, it comes again once the channel has ended, and not before. The queues are declared anew.
        this.#startAgain(consuming, 'a message could not be settled');
      })
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #handle(consuming: Consuming, name: BrokerChannel, message: ConsumeMessage, receive: Receive): Promise<void> {
    const { replyTo, correlationId } = message.properties as {
      readonly replyTo?: unknown;
      readonly correlationId?: unknown;
    };
    const address = typeof replyTo === 'string' && replyTo !== '' ? replyTo : undefined;
    const { answer, wrapping, isAnswerable } = await this.#answer(name, message, address, receive);
    const isAwaited = address !== undefined && isAnswerable;
    if (name === 'commands') await this.#settle(consuming, message, isAwaited, answer);
    if (isAwaited) await this.#replies.send(address, wrapped(answer.reply, wrapping), correlationId);
    await ifOpen(() => {
      consuming.channel.ack(message);
    });
  }

  async #answer(
    name: BrokerChannel,
    message: ConsumeMessage,
    address: string | undefined,
    receive: Receive,
  ): Promise<Answered> {
    const { length } = message.content;
    const { bodyLimit } = this.limits;
    let isAnswerable = false;
    try {
      if (address !== undefined) requireReplyAddress(this.broker.prefix, address);
      isAnswerable = true;
      if (length > bodyLimit) throw bodyTooLarge(length, bodyLimit);
      const { body, wrapping } = unwrapped(message.content);
      const isAwaited = address !== undefined;
      return { answer: await receive(name, { body, isAwaited, isKept: !isAwaited }), wrapping, isAnswerable };
    } catch (refusal) {
      const answer = { kind: 'unreadable', reply: failureReply(null, refusal) } as const;
      return { answer, wrapping: { kind: 'plain' }, isAnswerable };
    }
  }

  /** Puts a command where it belongs when it is not done with. */
  async #settle(
    consuming: Consuming,
    message: ConsumeMessage,
    isAwaited: boolean,
    answer: BrokerAnswer,
  ): Promise<void> {
    switch (answer.kind) {
      case 'answered':
        return;
      case 'unreadable':
        return this.#keep(consuming, message, attemptsOf(message) + 1, answer.reply);
      case 'refused':
        return isAwaited ? undefined : this.#keep(consuming, message, attemptsOf(message) + 1, answer.reply);
      case 'failed':
        return isAwaited ? undefined : this.#tryLater(consuming, message, answer.reply);
    }
  }

  async #tryLater(consuming: Consuming, message: ConsumeMessage, reason: ErrorBody): Promise<void> {
    const attempts = attemptsOf(message) + 1;
    if (attempts > this.broker.retries) {
      await this.#keep(consuming, message, attempts, reason);
      return;
    }
    const { name: queue, delayMs } = this.#names.retry(attempts);
    this.logger.warn({ reason: reason.error, attempts, againInMs: delayMs }, 'a command failed and is tried again');
    await move(consuming, queue, message, retryOptions(message, attempts, reason));
  }

  async #keep(consuming: Consuming, message: ConsumeMessage, attempts: number, reason: ErrorBody): Promise<void> {
    const { dead } = this.#names;
    this.logger.warn({ reason: reason.error, detail: reason.message, queue: dead }, 'a message became a dead letter');
    await move(consuming, dead, message, deadLetterOptions(message, attempts, reason, new Date()));
  }
}

/** Resolves once the broker has the message on record in the other queue. */
async function move(
  consuming: Consuming,
  queue: string,
  { content }: ConsumeMessage,
  options: Options.Publish,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    consuming.channel.sendToQueue(queue, content, { ...options, mandatory: true }, (fault: unknown) => {
      if (consuming.lacksQueue) reject(new Error(`a queue was deleted, perhaps ${queue}`));
      else if (fault === null || fault === undefined) resolve();
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
