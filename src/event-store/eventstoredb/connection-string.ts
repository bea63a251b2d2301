import { parseConnectionString } from '@eventstore/db-client/dist/Client/parseConnectionString.js';
import type { ConnectionOptions } from '@eventstore/db-client/dist/Client/parseConnectionString.js';

/** What a connection string may leave out, and is better for this service than the library's own defaults. */
const defaults: Readonly<Record<string, string>> = {
  // A node that is frozen must not hold up the search for the leader.
  gossipTimeout: '1',
  discoveryInterval: '100',
  maxDiscoverAttempts: '5',
  connectionName: 'tagalong',
};

const keepAliveMs = 10_000;

/**
 * The options in a connection string: `esdb://`, `esdb+discover://` or the same with `kurrentdb`.
 *
 * @param nth for which client of this process. Clients with the very same options share a connection, and a new one would
 *   inherit one that hangs: so each waits a little longer than the one before until it asks whether the other side lives.
 * @throws Error when it is not one; does not repeat the password
 */
export function optionsOf(connectionString: string, nth = 0): ConnectionOptions {
  const ours = connectionString.trim().replace(/^kurrentdb(\+discover)?:/, 'esdb$1:');
  const [before = '', query = ''] = ours.split('?', 2);
  // The library takes a slash between hosts and options for the beginning of another host.
  const hosts = before.replace(/\/+$/, '');
  const given = query.toLowerCase();
  const options = { ...defaults, keepAliveInterval: String(keepAliveMs + (nth % keepAliveMs)) };
  const added = Object.entries(options)
    .filter(([name]) => !given.includes(`${name.toLowerCase()}=`))
    .map(([name, value]) => `${name}=${value}`);
  const parameters = [...(query === '' ? [] : [query]), ...added].join('&');
  return parseConnectionString(`${hosts}?${parameters}`);
}

/** True for a text that has the form of a connection string. */
export function isConnectionString(text: string): boolean {
  return /^(?:esdb|kurrentdb)(?:\+discover)?:\/\/[^/\s]/.test(text);
}

/** The connection string without its password, for messages and logs. */
export function withoutPassword(connectionString: string): string {
  return connectionString.replace(/(\/\/[^:@/]+):[^?]*@/, '$1:***@');
}
