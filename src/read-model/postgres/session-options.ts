import type { ClientConfig } from 'pg';
import type { PostgresSettings } from './postgres.settings.js';

/** What connections are for. */
export type Purpose = 'writing' | 'reading' | 'migrating' | 'coordinating';

const migrationLockTimeoutMs = 60_000;
/** Nodes that agree who runs the subscribers would rather try again than wait. */
const coordinationTimeoutMs = 800;

/** How a session of PostgreSQL is set up. */
export function sessionOptions(settings: PostgresSettings, purpose: Purpose): ClientConfig {
  const url = new URL(settings.url);
  // Taken out of the URL, where they would win over what is set here.
  const given = url.searchParams.get('options');
  const name = url.searchParams.get('application_name') ?? 'tagalong';
  for (const taken of ['options', 'application_name', 'statement_timeout', 'lock_timeout', 'query_timeout'])
    url.searchParams.delete(taken);
  const options = Object.entries(parametersFor(purpose, settings)).map(
    ([parameter, value]) => `-c ${parameter}=${value}`,
  );
  return {
    connectionString: url.href,
    application_name: `${name} ${purpose}`,
    options: [...(given === null ? [] : [given]), ...options].join(' '),
  };
}

function parametersFor(purpose: Purpose, settings: PostgresSettings): Readonly<Record<string, string | number>> {
  const common = {
    search_path: settings.schema,
    idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
  };
  const limits = { statement_timeout: settings.statementTimeoutMs, lock_timeout: settings.lockTimeoutMs };
  switch (purpose) {
    case 'migrating':
      return { ...common, statement_timeout: 0, lock_timeout: migrationLockTimeoutMs };
    case 'coordinating':
      return { ...common, statement_timeout: coordinationTimeoutMs, lock_timeout: coordinationTimeoutMs };
    case 'reading':
      return { ...common, ...limits, default_transaction_read_only: 'on' };
    case 'writing':
      return {
        ...common,
        ...limits,
        // Tables grow from nothing to millions of rows under the same statements.
        plan_cache_mode: 'force_custom_plan',
      };
  }
}
