import type { Channel } from 'amqplib';
import type { BrokerConfig } from '../../config/config.js';

/** The names of everything of ours in the broker. */
export interface RabbitMqNames {
  readonly commands: string;
  readonly queries: string;
  readonly dead: string;
  /** Where a command waits before its n-th repetition, from 1. */
  retry(attempt: number): RetryQueue;
}

export interface RetryQueue {
  readonly name: string;
  readonly delayMs: number;
}

const longestDelayMs = 300_000;
/** A command that ended so many processes, or so many connections, is one that people should look at. */
const deliveryLimit = 20;

/** What our queues are called, and how long each retry waits: twice as long as the one before, five minutes at most. */
export function rabbitMqNames({ prefix, retryMs }: Pick<BrokerConfig, 'prefix' | 'retryMs'>): RabbitMqNames {
  const commands = `${prefix}.commands`;
  return {
    commands,
    queries: `${prefix}.queries`,
    dead: `${commands}.dead`,
    retry(attempt) {
      const delayMs = Math.min(retryMs * 2 ** (attempt - 1), Math.max(retryMs, longestDelayMs));
      // A queue's time is part of its name, since a queue cannot be declared again with another one.
      return { name: `${commands}.retry-${delayMs}`, delayMs };
    },
  };
}

/**
 * Declares our queues, where they are not there yet. Commands, retries and dead letters stand in quorum queues: they are
 * on disk, on several nodes in a cluster, and a letter moves from one to the next without being lost in between.
 *
 * @throws Error of the broker when one is there with other arguments
 */
export async function declareQueues(
  channel: Channel,
  names: RabbitMqNames,
  { retries }: Pick<BrokerConfig, 'retries'>,
): Promise<void> {
  const deadLetters = {
    'x-queue-type': 'quorum',
    'x-dead-letter-exchange': '',
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  };
  await channel.assertQueue(names.dead, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.assertQueue(names.commands, {
    durable: true,
    arguments: { ...deadLetters, 'x-dead-letter-routing-key': names.dead, 'x-delivery-limit': deliveryLimit },
  });
  const waits = Array.from({ length: retries }, (_, index) => names.retry(index + 1));
  for (const { name, delayMs } of new Map(waits.map((queue) => [queue.name, queue])).values()) {
    await channel.assertQueue(name, {
      durable: true,
      arguments: { ...deadLetters, 'x-dead-letter-routing-key': names.commands, 'x-message-ttl': delayMs },
    });
  }
  // Who asks waits for the answer, and asks again when none comes: a question need not outlive the broker.
  await channel.assertQueue(names.queries, { durable: true });
}
