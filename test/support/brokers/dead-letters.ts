import { connect } from 'amqplib';
import type { GetMessage } from 'amqplib';
import { rabbitMqUrl } from './reachable.js';

/** Looks into the queues of one prefix, and removes them at the end. */
export interface QueuesOf {
  /** Takes the next dead letter, when there is one. */
  deadLetter(): Promise<GetMessage | undefined>;
  /** How many messages wait in `PREFIX.commands`, or in the queue of questions. */
  waiting(channel?: 'commands' | 'queries'): Promise<number>;
  /** Removes the queue of dead letters, as an operator might by mistake. */
  removeDead(): Promise<void>;
  /** Whether there is a queue of dead letters. */
  hasDead(): Promise<boolean>;
  /** Removes every queue of the prefix. */
  remove(): Promise<void>;
}

/** @param retryDelays of the retry queues, in milliseconds */
export async function queuesOf(prefix: string, retryDelays: readonly number[] = []): Promise<QueuesOf> {
  const connection = await connect(rabbitMqUrl);
  const channel = await connection.createChannel();
  const commands = `${prefix}.commands`;
  return {
    async deadLetter() {
      const letter = await channel.get(`${commands}.dead`, { noAck: true });
      return letter === false ? undefined : letter;
    },
    async waiting(name = 'commands') {
      return (await channel.checkQueue(`${prefix}.${name}`)).messageCount;
    },
    async removeDead() {
      await channel.deleteQueue(`${commands}.dead`);
    },
    async hasDead() {
      // The broker closes the channel on which it is asked about a queue that is not there.
      const asking = await connection.createChannel();
      asking.on('error', () => undefined);
      try {
        await asking.checkQueue(`${commands}.dead`);
        await asking.close();
        return true;
      } catch {
        return false;
      }
    },
    async remove() {
      const names = [commands, `${commands}.dead`, `${prefix}.queries`];
      for (const name of [...names, ...retryDelays.map((delay) => `${commands}.retry-${delay}`)]) {
        await channel.deleteQueue(name);
      }
      await connection.close();
    },
  };
}
