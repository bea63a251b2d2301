import { parseBrokerUrl } from '../broker/broker-url.js';
import type { ConnectionLog } from '../broker/standing-connection.js';
import { TagalongClient } from './client.js';
import type { Patience } from './retry.js';
import { HttpTransport } from './transports/http.transport.js';
import { NatsTransport } from './transports/nats.transport.js';
import { RabbitMqTransport } from './transports/rabbitmq.transport.js';

export type { FeedEvent } from '../catalog/feed/feed-message.js';
export { TagalongClient } from './client.js';
export type { CommandOptions } from './client.js';
export type { CommandName, CommandOutcome, CommandPayloads, Done, Rejected } from './commands.js';
export type { FollowOptions } from './feed.js';
export type { Answered, Queries, QueryName, QueryOutcome } from './queries.js';
export { TagalongUnavailableError } from './unavailable.error.js';

export interface ClientOptions extends Partial<Patience> {
  /** `https://HOST`, `nats://HOST:4222` or `amqp://HOST:5672`. The libraries for a broker are loaded only for one. */
  readonly url: string;
  /** An API key, the operator key, or a token of the configured issuer. Keys sign messages and stay here. */
  readonly credential: string;
  /** Where the service answers over HTTP, for the feed. Default: `url` when that is one of HTTP. */
  readonly httpUrl?: string;
  /** What subjects and queues begin with. Default: `tagalong`. */
  readonly prefix?: string;
  /** Told of the connection to a broker. */
  readonly logger?: ConnectionLog;
}

const silent: ConnectionLog = { info: () => undefined, warn: () => undefined };

/**
 * A client of the service.
 *
 * @throws TypeError when the URL is none of HTTP, NATS or RabbitMQ
 */
export function createClient({
  url,
  credential,
  httpUrl,
  prefix = 'tagalong',
  logger = silent,
  attemptMs = 10_000,
  attempts = 5,
  pauseMs = 250,
}: ClientOptions): TagalongClient {
  const patience = { attemptMs, attempts, pauseMs };
  if (/^https?:\/\//.test(url)) {
    const transport = new HttpTransport(url, credential);
    return new TagalongClient({ transport, credential, signs: undefined, patience, httpUrl: httpUrl ?? url });
  }
  const broker = parseBrokerUrl(url);
  if (broker === undefined) throw new TypeError('url must begin with https://, nats:// or amqp://');
  const Transport = broker.kind === 'nats' ? NatsTransport : RabbitMqTransport;
  // A token of an issuer is signed already, and by nobody here.
  const signs = credential.split('.').length !== 3;
  return new TagalongClient({ transport: new Transport(broker, prefix, logger), credential, signs, patience, httpUrl });
}
