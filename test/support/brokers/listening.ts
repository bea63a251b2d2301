import { connect as connectNats } from '@nats-io/transport-node';
import { connect as connectRabbitMq } from 'amqplib';
import { natsUrl, rabbitMqUrl } from './reachable.js';

/** A message as a program that is none of ours gets it. */
export interface Heard {
  /** `WORKSPACE.TYPE` */
  readonly key: string;
  readonly contentType: string | undefined;
  readonly messageId: string | undefined;
  readonly body: string;
}

/** Hears every event that is published under a prefix. */
export interface Listening {
  readonly heard: readonly Heard[];
  close(): Promise<void>;
}

export async function listenOnNats(prefix: string): Promise<Listening> {
  const connection = await connectNats({ servers: new URL(natsUrl).host });
  const heard: Heard[] = [];
  connection.subscribe(`${prefix}.events.>`, {
    callback: (fault, message) => {
      if (fault !== null) throw fault;
      heard.push({
        key: message.subject.slice(`${prefix}.events.`.length),
        contentType: message.headers?.get('content-type'),
        messageId: message.headers?.get('Nats-Msg-Id'),
        body: message.string(),
      });
    },
  });
  await connection.flush();
  return { heard, close: () => connection.close() };
}

/** Hears on which of these subjects anything comes, in the order it comes. */
export async function subjectsHeard(
  subjects: readonly string[],
): Promise<{ readonly heard: readonly string[]; close(): Promise<void> }> {
  const connection = await connectNats({ servers: new URL(natsUrl).host });
  const heard: string[] = [];
  for (const subject of subjects) {
    connection.subscribe(subject, { callback: (_, message) => void heard.push(message.subject) });
  }
  await connection.flush();
  return { heard, close: () => connection.close() };
}

export async function listenOnRabbitMq(prefix: string): Promise<Listening> {
  const connection = await connectRabbitMq(rabbitMqUrl);
  const channel = await connection.createChannel();
  const exchange = `${prefix}.events`;
  await channel.assertExchange(exchange, 'topic', { durable: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, '#');
  const heard: Heard[] = [];
  await channel.consume(
    queue,
    (message) => {
      if (message === null) return;
      const { properties } = message;
      heard.push({
        key: message.fields.routingKey,
        contentType: textOf(properties.contentType),
        messageId: textOf(properties.messageId),
        body: message.content.toString(),
      });
    },
    { noAck: true },
  );
  return {
    heard,
    async close() {
      await channel.deleteExchange(exchange);
      await connection.close();
    },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
