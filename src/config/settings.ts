import { z } from 'zod';
import { brokerUrlRule, isBrokerUrl } from '../broker/broker-url.js';
import { isConnectionString } from '../event-store/eventstoredb/connection-string.js';
import { defaultPostgresSettings, isPostgresUrl, isSchemaName } from '../read-model/postgres/postgres.settings.js';
import { shortestSecrets } from '../service-secrets/service-secrets.js';
import { count } from './count.js';
import { webhookSettings } from './webhook-settings.js';

const url = z.url({ protocol: /^https?$/ });

export const embedded = 'embedded';
export const noEvents = 'off';
export const sameBroker = 'command-bus';
const { schema: defaultSchema, ...defaults } = defaultPostgresSettings;

/** Every setting of the service, by environment variable. Unknown `TAGALONG_…` variables are refused as typing errors. */
export const settings = {
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
  TAGALONG_NODE_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,100}$/, 'must be 1 to 100 of letters, digits, "_", ".", ":" and "-"')
    .optional()
    .describe('What this process is called among the nodes of a cluster; its host and process id when not given.'),
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
  ...webhookSettings,
  TAGALONG_COMMAND_BUS_URL: z
    .string()
    .refine(isBrokerUrl, brokerUrlRule)
    .optional()
    .describe(
      'Message broker, NATS or RabbitMQ: `nats://USER:PASSWORD@HOST:4222`, `amqp://USER:PASSWORD@HOST:5672/VHOST`. None when not given. `COMMAND_BUS_URL` means the same.',
    ),
  TAGALONG_COMMAND_BUS_PREFIX: z
    .string()
    .regex(
      /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,3}$/,
      'must be names of letters, digits, "_" and "-", up to four with dots between',
    )
    .default('tagalong')
    .describe('Message broker: what the names of all subjects, queues and exchanges begin with.'),
  TAGALONG_EVENTS_URL: z
    .string()
    .refine(
      (text) => text === noEvents || text === sameBroker || isBrokerUrl(text),
      `must be ${noEvents}, ${sameBroker}, or the URL of a broker, which ${brokerUrlRule}`,
    )
    .default(noEvents)
    .describe(
      'Where events are published as CloudEvents: `off`, `command-bus` for the broker of TAGALONG_COMMAND_BUS_URL, or the URL of another one.',
    ),
  TAGALONG_COMMAND_BUS_CONCURRENCY: count(1, 10_000)
    .default(64)
    .describe('Message broker: messages that this process works on at a time.'),
  TAGALONG_COMMAND_BUS_RETRIES: count(0, 100)
    .default(5)
    .describe('RabbitMQ: how often a command that failed is tried again before it becomes a dead letter.'),
  TAGALONG_COMMAND_BUS_RETRY_MS: count(1, 3_600_000)
    .default(2_000)
    .describe('RabbitMQ: how long a command that failed waits before it is tried again, in milliseconds.'),
  TAGALONG_TRUST_PROXY: z.stringbool().default(false).describe('Believe X-Forwarded-For from a proxy in front.'),
} as const;

/** The settings together, with what they demand of each other. */
export const settingsSchema = z.object(settings).superRefine((values, context) => {
  const { TAGALONG_OIDC_ISSUER: issuer, TAGALONG_OIDC_AUDIENCE: audience } = values;
  if ((issuer === undefined) !== (audience === undefined)) {
    context.addIssue({
      code: 'custom',
      path: [issuer === undefined ? 'TAGALONG_OIDC_ISSUER' : 'TAGALONG_OIDC_AUDIENCE'],
      message: 'issuer and audience go together: set both or neither',
    });
  }
  if (values.TAGALONG_EVENTS_URL === sameBroker && values.TAGALONG_COMMAND_BUS_URL === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['TAGALONG_EVENTS_URL'],
      message: `${sameBroker} is the broker of TAGALONG_COMMAND_BUS_URL, which is not set`,
    });
  }
});

/** What the environment says, checked. */
export type Settings = z.infer<typeof settingsSchema>;

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
