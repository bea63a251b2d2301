import { z } from 'zod';
import { defaultPostgresSettings, isPostgresUrl, isSchemaName } from '../read-model/postgres/postgres.settings.js';
import { isConnectionString } from '../event-store/eventstoredb/connection-string.js';
import { defaultRetrySeconds } from '../webhooks/deliveries/retry-plan.js';
import { isCidr } from '../webhooks/sending/address-rules.js';
import type { PrivateAddresses } from '../webhooks/sending/address-rules.js';
import { shortestSecrets } from '../service-secrets/service-secrets.js';
import type { PostgresSettings } from '../read-model/postgres/postgres.settings.js';

/** A number of milliseconds, bytes or things, written in decimal digits. */
const count = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

const url = z.url({ protocol: /^https?$/ });

const embedded = 'embedded';
const { schema: defaultSchema, ...defaults } = defaultPostgresSettings;

/** Every setting of the service, by environment variable. Unknown `TAGALONG_…` variables are refused as typing errors. */
const settings = {
  TAGALONG_DATA_DIR: z.string().min(1).default('data').describe('Directory of the embedded stores.'),
  TAGALONG_EVENT_STORE: z
    .string()
    .refine(
      (text) => text === embedded || isConnectionString(text),
      'must be embedded, or a connection string: esdb://USER:PASSWORD@HOST:PORT?tls=true, hosts of a cluster with commas between them',
    )
    .default(embedded)
    .describe(
      'Where the events are: `embedded` in DATA_DIR, or on an EventStoreDB or KurrentDB, `esdb://USER:PASSWORD@HOST:PORT`.',
    ),
  TAGALONG_EVENT_STORE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_./-]{0,100}$/, 'must be up to 100 of letters, digits, "_", ".", "/" and "-"')
    .default('')
    .describe('EventStoreDB: put before the name of every stream, so that several services can share a server.'),
  TAGALONG_READ_MODEL: z
    .string()
    .refine(
      (text) => text === embedded || isPostgresUrl(text),
      'must be embedded, or the URL of a PostgreSQL database: postgres://USER:PASSWORD@HOST:PORT/DATABASE, special characters percent-encoded',
    )
    .default(embedded)
    .describe(
      'Where the read model is: `embedded` in DATA_DIR, or in a database, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.',
    ),
  TAGALONG_READ_MODEL_SCHEMA: z
    .string()
    .refine(isSchemaName, 'must be 1 to 63 of a-z, 0-9 and _, not beginning with a digit or pg_')
    .default(defaultSchema)
    .describe('PostgreSQL: schema that holds the tables. Created when it is not there.'),
  TAGALONG_READ_MODEL_CONNECTIONS: count(2, 1_000)
    .default(defaults.connections)
    .describe('PostgreSQL: connections of this process at most; a third of them for writing.'),
  TAGALONG_READ_MODEL_CONNECT_TIMEOUT_MS: count(100, 600_000)
    .default(defaults.connectTimeoutMs)
    .describe('PostgreSQL: how long to wait for a connection, in milliseconds.'),
  TAGALONG_READ_MODEL_STATEMENT_TIMEOUT_MS: count(100, 3_600_000)
    .default(defaults.statementTimeoutMs)
    .describe('PostgreSQL: the longest a statement may run, in milliseconds.'),
  TAGALONG_READ_MODEL_LOCK_TIMEOUT_MS: count(100, 3_600_000)
    .default(defaults.lockTimeoutMs)
    .describe('PostgreSQL: the longest a statement may wait for a lock, in milliseconds.'),
  TAGALONG_READ_MODEL_IDLE_TRANSACTION_TIMEOUT_MS: count(100, 3_600_000)
    .default(defaults.idleInTransactionTimeoutMs)
    .describe(
      'PostgreSQL: after so many milliseconds without a word from us the server gives up a transaction of ours.',
    ),
  TAGALONG_HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  TAGALONG_PORT: count(0, 65_535).default(8080).describe('Port to listen on; 0 takes a free one.'),
  TAGALONG_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('How much is logged, as JSON lines on standard output.'),
  TAGALONG_OPERATOR_KEY: z
    .string()
    .min(shortestSecrets['operator-key'], `must have at least ${shortestSecrets['operator-key']} characters`)
    .optional()
    .describe(
      'The operator key; the same on every node. Made at first start and kept in DATA_DIR/operator.key when not given.',
    ),
  TAGALONG_OIDC_ISSUER: url.optional().describe('Issuer whose tokens identify users.'),
  TAGALONG_OIDC_AUDIENCE: z.string().min(1).optional().describe('Audience a token must be for.'),
  TAGALONG_OIDC_JWKS_URL: url
    .optional()
    .describe('Where the issuer publishes its keys. Discovered from the issuer when not given.'),
  TAGALONG_REGISTRY_HOST: z
    .string()
    .min(1)
    .default('registry.localhost')
    .describe('Registry host shown in pull references.'),
  TAGALONG_BODY_LIMIT: count(1_024, 64 * 1_048_576)
    .default(1_048_576)
    .describe('Largest request body, in bytes.'),
  TAGALONG_RATE_LIMIT: count(0, 1_000_000)
    .default(2_000)
    .describe('Requests per second and principal; 0 for no limit.'),
  TAGALONG_READ_YOUR_WRITES_MS: count(1, 60_000)
    .default(2_000)
    .describe('How long an answer waits for the catalog to have passed a write, in milliseconds.'),
  TAGALONG_SHUTDOWN_MS: count(100, 600_000)
    .default(10_000)
    .describe('How long a shutdown waits for requests under way, in milliseconds.'),
  TAGALONG_SHARE_REQUEST_DAYS: count(1, 365).default(7).describe('Days until a share request across accounts expires.'),
  TAGALONG_SECRET: z
    .string()
    .min(shortestSecrets['service-secret'], `must have at least ${shortestSecrets['service-secret']} characters`)
    .optional()
    .describe(
      'What the secrets of webhooks are derived from; the same on every node. Made at first start and kept in DATA_DIR/service.secret when not given.',
    ),
  TAGALONG_WEBHOOK_PRIVATE_ADDRESSES: z
    .string()
    .default('refuse')
    .refine(
      (text) => text === 'refuse' || text === 'allow' || text.split(',').every(isCidr),
      'must be refuse, allow, or ranges of addresses with commas between them, such as 10.1.0.0/16,fd00::/8',
    )
    .describe(
      'Webhooks to addresses that are not public: `refuse`, `allow`, or the ranges that are allowed, such as `10.1.0.0/16,fd00::/8`.',
    ),
  TAGALONG_WEBHOOK_TIMEOUT_MS: count(100, 60_000)
    .default(10_000)
    .describe('How long the receiver of a webhook may take to answer, in milliseconds.'),
  TAGALONG_WEBHOOK_RETRY_SECONDS: z
    .string()
    .default(defaultRetrySeconds.join(','))
    .refine(
      (text) => text.split(',').every((part) => /^\d{1,6}(\.\d{1,3})?$/.test(part)) && text.split(',').length <= 15,
      'must be up to 15 numbers of seconds with commas between them, such as 5,60,300',
    )
    .describe('Waits between the attempts to deliver one event to a webhook, in seconds.'),
  TAGALONG_WEBHOOK_DISABLE_DAYS: count(1, 365)
    .default(5)
    .describe('A webhook is disabled when no attempt has succeeded for so many days.'),
  TAGALONG_TRUST_PROXY: z.stringbool().default(false).describe('Believe X-Forwarded-For from a proxy in front.'),
} as const;

const schema = z.object(settings).superRefine((values, context) => {
  const { TAGALONG_OIDC_ISSUER: issuer, TAGALONG_OIDC_AUDIENCE: audience } = values;
  if ((issuer === undefined) !== (audience === undefined)) {
    context.addIssue({
      code: 'custom',
      path: [issuer === undefined ? 'TAGALONG_OIDC_ISSUER' : 'TAGALONG_OIDC_AUDIENCE'],
      message: 'issuer and audience go together: set both or neither',
    });
  }
});

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

/** How webhooks are served. */
export interface WebhookConfig {
  readonly privateAddresses: PrivateAddresses;
  readonly timeoutMs: number;
  readonly retrySeconds: readonly number[];
  readonly disableDays: number;
}

/** The parsed environment. */
export interface Config {
  readonly dataDirectory: string;
  readonly eventStore: EventStorePlace;
  readonly readModel: ReadModelPlace;
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
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('TAGALONG_') && !(name in settings) && !isClientSetting(name),
  );
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name in settings && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success || unknown.length > 0) {
    const faults = parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    const strangers = unknown.map((name) => `${name}: there is no such setting`);
    throw new ConfigError(
      `the environment has ${faults.length + strangers.length} fault(s):\n  ${[...faults, ...strangers].join('\n  ')}`,
    );
  }
  const values = parsed.data;
  const { TAGALONG_OIDC_ISSUER: issuer, TAGALONG_OIDC_AUDIENCE: audience, TAGALONG_OIDC_JWKS_URL: jwksUrl } = values;
  return {
    dataDirectory: values.TAGALONG_DATA_DIR,
    eventStore: eventStoreOf(values),
    readModel: readModelOf(values),
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
  };
}

function eventStoreOf(values: z.infer<typeof schema>): EventStorePlace {
  const { TAGALONG_EVENT_STORE: connectionString, TAGALONG_EVENT_STORE_PREFIX: prefix } = values;
  return connectionString === embedded ? { kind: 'embedded' } : { kind: 'eventstoredb', connectionString, prefix };
}

function readModelOf(values: z.infer<typeof schema>): ReadModelPlace {
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

function webhooksOf(values: z.infer<typeof schema>): WebhookConfig {
  const { TAGALONG_WEBHOOK_PRIVATE_ADDRESSES: addresses } = values;
  return {
    privateAddresses: addresses === 'refuse' || addresses === 'allow' ? addresses : addresses.split(','),
    timeoutMs: values.TAGALONG_WEBHOOK_TIMEOUT_MS,
    retrySeconds: values.TAGALONG_WEBHOOK_RETRY_SECONDS.split(',').map(Number),
    disableDays: values.TAGALONG_WEBHOOK_DISABLE_DAYS,
  };
}

/** Every setting with its meaning and default, for the operations guide and `serve --help`. */
export function describeSettings(): readonly {
  readonly name: string;
  readonly doc: string;
  readonly default: string;
}[] {
  return Object.entries(settings).map(([name, setting]) => {
    const value = setting.safeParse(undefined);
    return {
      name,
      doc: setting.description ?? '',
      default: value.success && value.data !== undefined ? String(value.data) : '',
    };
  });
}

/** Variables of the command line and of tests share the prefix and are none of the service's business. */
function isClientSetting(name: string): boolean {
  return (
    ['TAGALONG_URL', 'TAGALONG_API_KEY', 'TAGALONG_WORKSPACE', 'TAGALONG_CONFIG'].includes(name) ||
    name.startsWith('TAGALONG_TEST_')
  );
}
