/** The brokers that commands may come through and events may go to. */
export type BrokerKind = 'nats' | 'rabbitmq';

/** Who a connection is made for. */
export interface BrokerLogin {
  readonly user: string;
  /** Absent when the URL has none: then the user is a NATS token. */
  readonly password?: string;
}

/** One or several servers of the same broker. */
export interface BrokerUrl {
  readonly kind: BrokerKind;
  /** Each a URL, credentials included. Never to be shown: see {@link placeOfBroker}. */
  readonly servers: readonly [string, ...string[]];
}

const kinds: Readonly<Record<string, BrokerKind>> = {
  'nats:': 'nats',
  'tls:': 'nats',
  'amqp:': 'rabbitmq',
  'amqps:': 'rabbitmq',
};

/** What a URL must look like, as a clause that begins with "must be". */
export const brokerUrlRule =
  'must be nats://USER:PASSWORD@HOST:PORT (tls:// to insist on TLS) for NATS, or amqp://USER:PASSWORD@HOST:PORT/VHOST (amqps:// for TLS) for RabbitMQ; several servers of one broker with commas between whole URLs; special characters percent-encoded';

/** The servers of a URL, or of several with commas between them; `undefined` when it is not one of a broker. */
export function parseBrokerUrl(text: string): BrokerUrl | undefined {
  const [first, ...more] = text.split(',').map((part) => part.trim());
  if (first === undefined) return undefined;
  const kind = kindOf(first);
  if (kind === undefined || more.some((other) => kindOf(other) !== kind)) return undefined;
  return { kind, servers: [first, ...more] };
}

/** True for a text that {@link parseBrokerUrl} understands. */
export function isBrokerUrl(text: string): boolean {
  return parseBrokerUrl(text) !== undefined;
}

/** Where a broker is, for messages and logs: its kind and its hosts, nothing of who connects. */
export function placeOfBroker({ kind, servers }: BrokerUrl): string {
  const hosts = servers.map((server) => new URL(server).host).join(', ');
  return `${kind === 'nats' ? 'NATS' : 'RabbitMQ'} at ${hosts}`;
}

/** Who the URL of a server says to connect as. */
export function loginOf(server: string): BrokerLogin | undefined {
  const { username, password } = new URL(server);
  if (username === '') return undefined;
  return {
    user: decodeURIComponent(username),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
}

/** A text without the credentials of these servers, for messages that come from elsewhere. */
export function withoutCredentials({ servers }: BrokerUrl, text: string): string {
  const secrets = servers.flatMap((server) => {
    const { username, password } = new URL(server);
    const secret = password === '' ? username : password;
    return secret === '' ? [] : [secret, decodeURIComponent(secret)];
  });
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

function kindOf(text: string): BrokerKind | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, pathname } = new URL(text);
  try {
    decodeURIComponent(username + password + pathname);
  } catch {
    return undefined;
  }
  const kind = kinds[protocol];
  if (hostname === '' || (kind === 'nats' && !/^\/?$/.test(pathname))) return undefined;
  return kind;
}
