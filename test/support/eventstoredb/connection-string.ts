import type { Endpoint } from './node-context.js';

export interface ConnectionStringOptions {
  /** `name:password`. */
  readonly user?: string;
  /** Further parameters, for example `keepAliveInterval=-1`. */
  readonly query?: readonly string[];
}

/** What a client connects with. One endpoint is connected to directly, several are asked for the leader. */
export function connectionStringTo(
  endpoints: readonly Endpoint[],
  caFile: string | undefined,
  { user, query = [] }: ConnectionStringOptions = {},
): string {
  const security = caFile === undefined ? ['tls=false'] : ['tls=true', `tlsCAFile=${encodeURIComponent(caFile)}`];
  // With TLS a server has a name: newer releases of Node refuse to ask for the certificate of an address.
  const hosts = endpoints.map(({ host, port }) => `${caFile === undefined ? host : 'localhost'}:${port}`).join(',');
  return `esdb://${user === undefined ? '' : `${user}@`}${hosts}?${[...security, ...query].join('&')}`;
}
