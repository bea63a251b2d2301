import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { natsConnection } from '../../broker/nats.connection.js';
import type { StandingConnection } from '../../broker/standing-connection.js';
import type { BrokerConfig } from '../../config/config.js';
import { OverloadedError } from '../../http/overloaded.error.js';
import { failureReply } from '../command-reply.js';
import { BoundedWork } from './bounded-work.js';
import { channels } from './broker-answer.js';
import type { BrokerChannel, BrokerLink, Receive } from './broker-answer.js';
import { bodyTooLarge, replyTooLarge } from './link-limits.js';
import type { LinkLimits } from './link-limits.js';
import { requireReplyAddress } from './reply-address.js';
import { unwrapped, wrapped } from './wire.js';
import type { Unwrapped } from './wire.js';

/** For every message under way, so many more may wait. */
const waitingPerWorker = 16;
const waitingBytes = 64 * 1_048_576;

/**
 * Takes messages from the subjects `PREFIX.commands` and `PREFIX.queries`, as one of a group: each message goes to one
 * node. Core NATS delivers at most once: what is sent while no node listens is lost, and who waits for a reply is told.
 */
export class NatsLink implements BrokerLink {
  readonly name = 'nats';
  readonly #connection: StandingConnection<NatsConnection>;
  readonly #work: BoundedWork;
  readonly #subscriptions = new Map<BrokerChannel, { readonly subscription: Subscription; fault?: string }>();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly broker: BrokerConfig,
    private readonly limits: LinkLimits,
    private readonly logger: Logger,
  ) {
    this.#connection = natsConnection(broker, 'tagalong command bus', logger);
    const { concurrency } = broker;
    this.#work = new BoundedWork({ concurrency, waiting: concurrency * waitingPerWorker, waitingBytes });
  }

  get fault(): string | undefined {
    if (this.#connection.fault !== undefined) return this.#connection.fault;
    return [...this.#subscriptions.values()].find(({ fault }) => fault !== undefined)?.fault;
  }

  start(receive: Receive): void {
    this.#connection
      .use(async (connection) => {
        for (const channel of channels) this.#subscribe(connection, channel, receive);
        await connection.flush();
      })
      .start();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.race([this.#finished(), sleep(this.limits.shutdownMs, undefined, { ref: false })]);
    await this.#connection.close();
  }

  /** No more messages come, and those that had come are answered. */
  async #finished(): Promise<void> {
    for (const { subscription } of this.#subscriptions.values()) {
      try {
        if (!subscription.isClosed()) await subscription.drain();
      } catch (thrown) {
        // Of a connection that broke nothing comes any more.
        if (this.#connection.fault === undefined) throw thrown;
      }
    }
    await this.#work.idle();
  }

  #subscribe(connection: NatsConnection, channel: BrokerChannel, receive: Receive): void {
    const { prefix } = this.broker;
    const subject = `${prefix}.${channel}`;
    const subscription = connection.subscribe(subject, {
      queue: prefix,
      callback: (fault, message) => {
        if (fault === null) this.#take(channel, message, receive, largestOf(connection));
        else this.#refused(channel, subject, fault);
      },
    });
    this.#subscriptions.set(channel, { subscription });
  }

  #refused(channel: BrokerChannel, subject: string, { message: reason }: Error): void {
    this.logger.error({ subject, reason }, 'messages cannot be had from this subject; does the broker let us?');
    const present = this.#subscriptions.get(channel);
    if (present !== undefined) present.fault = `no messages from ${subject}: ${reason}`;
  }

  /** @param largest bytes that the server takes in one message */
  #take(channel: BrokerChannel, message: Msg, receive: Receive, largest: number): void {
    try {
      requireReplyAddress(this.broker.prefix, message.reply ?? '');
    } catch (refusal) {
      this.logger.warn({ reply: failureReply(null, refusal) }, 'a message was dropped unread');
      return;
    }
    const { length } = message.data;
    if (length > this.limits.bodyLimit) {
      this.#refuse(message, undefined, bodyTooLarge(length, this.limits.bodyLimit));
      return;
    }
    let given: Unwrapped;
    try {
      given = unwrapped(message.data);
    } catch (refusal) {
      this.#refuse(message, undefined, refusal);
      return;
    }
    const taken = this.#work.offer(async () => {
      const reply = await this.#answerTo(channel, message, given, receive);
      if (reply !== undefined) this.#respond(message, reply, given, largest);
    }, length);
    if (!taken) this.#refuse(message, given, new OverloadedError());
  }

  async #answerTo(
    channel: BrokerChannel,
    { reply: address, subject }: Msg,
    { body }: Unwrapped,
    receive: Receive,
  ): Promise<object | undefined> {
    const isAwaited = address !== undefined && address !== '';
    try {
      const { reply } = await receive(channel, { body, isAwaited, isKept: false });
      return isAwaited ? reply : undefined;
    } catch (err) {
      this.logger.error({ err, subject }, 'a message could not be answered');
      return undefined;
    }
  }

  #respond(message: Msg, reply: object, { wrapping }: Unwrapped, largest: number): void {
    try {
      const text = wrapped(reply, wrapping);
      const bytes = Buffer.byteLength(text);
      message.respond(bytes <= largest ? text : wrapped(failureReply(null, replyTooLarge(bytes, largest)), wrapping));
    } catch (err) {
      this.logger.error({ err, subject: message.subject }, 'a message could not be answered');
    }
  }

  #refuse(message: Msg, given: Unwrapped | undefined, refusal: unknown): void {
    const reply = failureReply(null, refusal);
    this.logger.debug({ subject: message.subject, reply }, 'a message was refused unread');
    try {
      message.respond(wrapped(reply, given?.wrapping ?? { kind: 'plain' }));
    } catch (err) {
      this.logger.error({ err, subject: message.subject }, 'a message could not be answered');
    }
  }
}

function largestOf({ info }: NatsConnection): number {
  return info?.max_payload ?? Infinity;
}
