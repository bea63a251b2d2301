import type { Message, Options } from 'amqplib';
import type { ErrorBody } from '../../http/error-response.js';

/** Header of a command that failed before: how often it has been tried. */
export const attemptsHeader = 'x-tagalong-attempts';

/** How often a message has been tried before. */
export function attemptsOf({ properties }: Message): number {
  const value: unknown = properties.headers?.[attemptsHeader];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** How a message goes on to wait for its next attempt: as it came. */
export function retryOptions(message: Message, attempts: number, reason: ErrorBody): Options.Publish {
  return {
    ...kept(message),
    headers: { ...ownHeaders(message), ...reasonHeaders(reason), [attemptsHeader]: attempts },
  };
}

/** How a message is kept among the dead letters: as it came, with why it is there. */
export function deadLetterOptions(message: Message, attempts: number, reason: ErrorBody, now: Date): Options.Publish {
  return {
    ...kept(message),
    headers: {
      ...ownHeaders(message),
      ...reasonHeaders(reason),
      [attemptsHeader]: attempts,
      'x-tagalong-dead-at': now.toISOString(),
      'x-tagalong-queue': message.fields.routingKey,
    },
  };
}

function reasonHeaders({ error, message }: ErrorBody): Readonly<Record<string, string>> {
  return { 'x-tagalong-reason': error, 'x-tagalong-message': message.slice(0, 1_000) };
}

const properties = [
  'contentType',
  'contentEncoding',
  'correlationId',
  'replyTo',
  'messageId',
  'timestamp',
  'type',
  'appId',
] as const;

/** What the sender said of the message. An expiry is over once the message has been taken. */
function kept(message: Message): Options.Publish {
  const given = properties.map((name): readonly [string, unknown] => [name, message.properties[name]]);
  return { ...Object.fromEntries(given.filter(([, value]) => value !== undefined)), persistent: true };
}

/** The sender's headers without those that a broker writes and reads itself. */
function ownHeaders({ properties }: Message): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(properties.headers ?? {}).filter(
      ([name]) => !/^(x-death|x-first-death-|x-last-death-|x-delivery-count|x-acquired-count|CC$|BCC$)/i.test(name),
    ),
  );
}
