import { withoutPassword } from './connection-string.js';
import { isAboutTls } from './eventstoredb.faults.js';

/** Says of a store that could not be opened which one it was, why, and what to look at. */
export function cannotOpen(connectionString: string, thrown: unknown): Error {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Error(
    `the event store ${withoutPassword(connectionString)} cannot be used: ${message}. ${wayOut(message)}`,
    { cause: thrown },
  );
}

function wayOut(message: string): string {
  if (isAboutTls(message)) {
    return 'Say tls=false in the connection string for a server without TLS; name the authority of its certificate as tlsCAFile otherwise';
  }
  if (message.includes('refuses access'))
    return 'Check user and password in the connection string, and that the user may read $all';
  return 'Check that the server runs, that the connection string names it, and that both agree about TLS';
}
