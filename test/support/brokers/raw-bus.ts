import { randomUUID } from 'node:crypto';
import { connect as connectNats } from '@nats-io/transport-node';
import { connect as connectRabbitMq } from 'amqplib';
import type { ConsumeMessage } from 'amqplib';
import { natsUrl, rabbitMqUrl } from './reachable.js';

const patienceMs = 60_000;

/** Speaks with a service over a broker as any program may: with bytes, and none of our own code. */
export interface RawBus {
  /** Sends a message and waits for the reply. */
  request(channel: 'commands' | 'queries', message: object | Buffer): Promise<Readonly<Record<string, unknown>>>;
  /** Sends a message and waits for nothing, except that the broker has it. Its reply, if any, is to go elsewhere. */
  tell(channel: 'commands' | 'queries', message: object | Buffer, replyTo?: string): Promise<void>;
  close(): Promise<void>;
}

/** A prefix that no other test has. */
export function ownPrefix(): string {
  return `test-${randomUUID()}`;
}

export async function rawNats(prefix: string, url = natsUrl): Promise<RawBus> {
  const connection = await connectNats({ servers: new URL(url).host });
  return {
    async request(channel, message) {
      const reply = await connection.request(`${prefix}.${channel}`, bytesOf(message), { timeout: patienceMs });
      return documentOf(reply.data);
    },
    async tell(channel, message, reply) {
      connection.publish(`${prefix}.${channel}`, bytesOf(message), reply === undefined ? {} : { reply });
      await connection.flush();
    },
    close: () => connection.close(),
  };
}

export async function rawRabbitMq(prefix: string, url = rabbitMqUrl): Promise<RawBus> {
  const connection = await connectRabbitMq(url);
  const channel = await connection.createConfirmChannel();
  const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });
  const waiting = new Map<string, (document: Readonly<Record<string, unknown>>) => void>();
  await channel.consume(
    replyTo,
    (message: ConsumeMessage | null) => {
      const correlationId: unknown = message?.properties.correlationId;
      if (message === null || typeof correlationId !== 'string') return;
      waiting.get(correlationId)?.(documentOf(message.content));
      waiting.delete(correlationId);
    },
    { noAck: true },
  );
  const send = async (name: string, message: object | Buffer, options: object): Promise<void> => {
    channel.sendToQueue(`${prefix}.${name}`, Buffer.from(bytesOf(message)), { persistent: true, ...options });
    await channel.waitForConfirms();
  };
  return {
    async request(name, message) {
      const correlationId = randomUUID();
      const reply = new Promise<Readonly<Record<string, unknown>>>((resolve) => {
        waiting.set(correlationId, resolve);
      });
      await send(name, message, { replyTo, correlationId });
      return reply;
    },
    tell: (name, message, replyTo) => send(name, message, replyTo === undefined ? {} : { replyTo }),
    close: () => connection.close(),
  };
}

function bytesOf(message: object | Buffer): Uint8Array {
  return message instanceof Uint8Array ? message : Buffer.from(JSON.stringify(message));
}

function documentOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString());
  if (typeof document !== 'object' || document === null) throw new TypeError('a reply is a document');
  return document as Readonly<Record<string, unknown>>;
}
