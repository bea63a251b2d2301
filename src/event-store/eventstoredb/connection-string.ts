import { EventStoreDBClient } from '@eventstore/db-client';

/** What a connection string may leave out, and is better for this service than the library's own defaults. */
const defaults: Readonly<Record<string, string>> = {
  // A node that is frozen must not hold up the search for the leader.
  gossipTimeout: '1',
  discoveryInterval: '100',
  maxDiscoverAttempts: '5',
  connectionName: 'tagalong',
};

/**
 * A client for a connection string: `esdb://`, `esdb+discover://` or the same with `kurrentdb`.
 *
 * @throws Error when it is not one
 */
export function clientOf(connectionString: string): EventStoreDBClient {
  const ours = connectionString.trim().replace(/^kurrentdb(\+discover)?:/, 'esdb$1:');
  const [hosts = '', query = ''] = ours.split('?', 2);
  const given = query.toLowerCase();
  const added = Object.entries(defaults)
    .filter(([name]) => !given.includes(`${name.toLowerCase()}=`))
    .map(([name, value]) => `${name}=${value}`);
  const options = [...(query === '' ? [] : [query]), ...added].join('&');
  return EventStoreDBClient.connectionString(`${hosts}?${options}`);
}

/** The connection string without its password, for messages and logs. */
export function withoutPassword(connectionString: string): string {
  return connectionString.replace(/(\/\/[^:@/]+):[^@]*@/, '$1:***@');
}
