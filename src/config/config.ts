import { hostname } from 'node:os';
import { parseBrokerUrl } from '../broker/broker-url.js';
import type { BrokerUrl } from '../broker/broker-url.js';
import { withOtherNames } from './other-names.js';
import { embedded, noEvents, sameBroker, settings, settingsSchema } from './settings.js';
import type { Settings } from './settings.js';
import { webhooksOf } from './webhook-settings.js';
import type { WebhookConfig } from './webhook-settings.js';
import type { PostgresSettings } from '../read-model/postgres/postgres.settings.js';

/** Users sign in with tokens of this issuer. */
export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl?: string;
}

/** Where the events are. */
export type EventStorePlace =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'eventstoredb'; readonly connectionString: string; readonly prefix: string };

/** Where the read model is. */
export type ReadModelPlace =
  { readonly kind: 'embedded' } | { readonly kind: 'postgres'; readonly settings: PostgresSettings };

/** The message broker, and what is ours there. */
export interface BrokerConfig extends BrokerUrl {
  /** What the names of all subjects, queues and exchanges begin with. */
  readonly prefix: string;
  /** Messages that this process works on at a time. */
  readonly concurrency: number;
  /** How often a command that failed is tried again. */
  readonly retries: number;
  /** How long a command that failed waits before it is tried again. */
  readonly retryMs: number;
}

/** The parsed environment. */
export interface Config {
  readonly dataDirectory: string;
  readonly eventStore: EventStorePlace;
  readonly readModel: ReadModelPlace;
  /** What this process is called among others. */
  readonly nodeName: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly operatorKey: string | undefined;
  readonly oidc: OidcConfig | undefined;
  readonly registryHost: string;
  readonly bodyLimit: number;
  /** Requests per second and principal; 0 for no limit. */
  readonly rateLimit: number;
  readonly readYourWritesMs: number;
  readonly shutdownMs: number;
  readonly shareRequestDays: number;
  readonly secret: string | undefined;
  readonly webhooks: WebhookConfig;
  readonly trustProxy: boolean;
  /** Absent when commands come over HTTP only. */
  readonly broker: BrokerConfig | undefined;
  /** What the names of everything of ours on a broker begin with. */
  readonly brokerPrefix: string;
  /** Where events are published; absent when they are not. */
  readonly eventsBroker: BrokerUrl | undefined;
}

/** The environment does not make a configuration. The message names every variable at fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from the environment.
 *
 * @throws ConfigError naming each variable at fault and what it should be
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const named = withOtherNames(environment);
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('TAGALONG_') && !(name in settings) && !isClientSetting(name),
  );
  const given = Object.fromEntries(
    Object.entries(named.values).filter(([name, value]) => name in settings && value !== ''),
  );
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success || unknown.length > 0 || named.faults.length > 0) {
    const faults = parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    const strangers = unknown.map((name) => `${name}: there is no such setting`);
    const all = [...faults, ...named.faults, ...strangers];
    throw new ConfigError(`the environment has ${all.length} fault(s):\n  ${all.join('\n  ')}`);
  }
  const values = parsed.data;
  const { TAGALONG_OIDC_ISSUER: issuer, TAGALONG_OIDC_AUDIENCE: audience, TAGALONG_OIDC_JWKS_URL: jwksUrl } = values;
  return {
    dataDirectory: values.TAGALONG_DATA_DIR,
    eventStore: eventStoreOf(values),
    readModel: readModelOf(values),
    nodeName: values.TAGALONG_NODE_NAME ?? `${hostname()}:${process.pid}`,
    host: values.TAGALONG_HOST,
    port: values.TAGALONG_PORT,
    logLevel: values.TAGALONG_LOG_LEVEL,
    operatorKey: values.TAGALONG_OPERATOR_KEY,
    oidc:
      issuer === undefined || audience === undefined
        ? undefined
        : { issuer, audience, ...(jwksUrl !== undefined && { jwksUrl }) },
    registryHost: values.TAGALONG_REGISTRY_HOST,
    bodyLimit: values.TAGALONG_BODY_LIMIT,
    rateLimit: values.TAGALONG_RATE_LIMIT,
    readYourWritesMs: values.TAGALONG_READ_YOUR_WRITES_MS,
    shutdownMs: values.TAGALONG_SHUTDOWN_MS,
    shareRequestDays: values.TAGALONG_SHARE_REQUEST_DAYS,
    secret: values.TAGALONG_SECRET,
    webhooks: webhooksOf(values),
    trustProxy: values.TAGALONG_TRUST_PROXY,
    broker: brokerOf(values),
    brokerPrefix: values.TAGALONG_COMMAND_BUS_PREFIX,
    eventsBroker: eventsBrokerOf(values),
  };
}

function eventStoreOf(values: Settings): EventStorePlace {
  const { TAGALONG_EVENT_STORE: connectionString, TAGALONG_EVENT_STORE_PREFIX: prefix } = values;
  return connectionString === embedded ? { kind: 'embedded' } : { kind: 'eventstoredb', connectionString, prefix };
}

function readModelOf(values: Settings): ReadModelPlace {
  if (values.TAGALONG_READ_MODEL === embedded) return { kind: 'embedded' };
  const settings = {
    url: values.TAGALONG_READ_MODEL,
    schema: values.TAGALONG_READ_MODEL_SCHEMA,
    connections: values.TAGALONG_READ_MODEL_CONNECTIONS,
    connectTimeoutMs: values.TAGALONG_READ_MODEL_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: values.TAGALONG_READ_MODEL_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: values.TAGALONG_READ_MODEL_LOCK_TIMEOUT_MS,
    idleInTransactionTimeoutMs: values.TAGALONG_READ_MODEL_IDLE_TRANSACTION_TIMEOUT_MS,
  };
  return { kind: 'postgres', settings };
}

function brokerOf(values: Settings): BrokerConfig | undefined {
  const { TAGALONG_COMMAND_BUS_URL: text } = values;
  const url = text === undefined ? undefined : parseBrokerUrl(text);
  return url === undefined
    ? undefined
    : {
        ...url,
        prefix: values.TAGALONG_COMMAND_BUS_PREFIX,
        concurrency: values.TAGALONG_COMMAND_BUS_CONCURRENCY,
        retries: values.TAGALONG_COMMAND_BUS_RETRIES,
        retryMs: values.TAGALONG_COMMAND_BUS_RETRY_MS,
      };
}

function eventsBrokerOf(values: Settings): BrokerUrl | undefined {
  const { TAGALONG_EVENTS_URL: text, TAGALONG_COMMAND_BUS_URL: commandBus } = values;
  switch (text) {
    case noEvents:
      return undefined;
    case sameBroker:
      return commandBus === undefined ? undefined : parseBrokerUrl(commandBus);
    default:
      return parseBrokerUrl(text);
  }
}

/** Variables of the command line and of tests share the prefix and are none of the service's business. */
function isClientSetting(name: string): boolean {
  return (
    ['TAGALONG_URL', 'TAGALONG_API_KEY', 'TAGALONG_WORKSPACE', 'TAGALONG_CONFIG'].includes(name) ||
    name.startsWith('TAGALONG_MIGRATE_') ||
    name.startsWith('TAGALONG_TEST_')
  );
}
