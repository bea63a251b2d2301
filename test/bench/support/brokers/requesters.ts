import { randomUUID } from 'node:crypto';
import { connect as connectNats } from '@nats-io/transport-node';
import { connect as connectRabbitMq } from 'amqplib';

/** Sends a message and resolves to the bytes of the reply. */
export interface Requester {
  request(name: string, message: string): Promise<string>;
  close(): Promise<void>;
}

export async function natsRequester(url: string): Promise<Requester> {
  const connection = await connectNats({ servers: new URL(url).host });
  return {
    request: async (name, message) => (await connection.request(name, message, { timeout: 60_000 })).string(),
    close: () => connection.close(),
  };
}

/** Messages are not persistent, since somebody waits for each, and replies come straight to the channel. */
export async function rabbitMqRequester(url: string): Promise<Requester> {
  const replyTo = 'amq.rabbitmq.reply-to';
  const connection = await connectRabbitMq(url, { noDelay: true });
  const channel = await connection.createChannel();
  const waiting = new Map<string, (reply: string) => void>();
  await channel.consume(
    replyTo,
    (message) => {
      const correlationId: unknown = message?.properties.correlationId;
      if (message === null || typeof correlationId !== 'string') return;
      waiting.get(correlationId)?.(message.content.toString());
      waiting.delete(correlationId);
    },
    { noAck: true },
  );
  return {
    request(name, message) {
      const correlationId = randomUUID();
      return new Promise((resolve) => {
        waiting.set(correlationId, resolve);
        channel.sendToQueue(name, Buffer.from(message), { replyTo, correlationId });
      });
    },
    close: () => connection.close(),
  };
}
