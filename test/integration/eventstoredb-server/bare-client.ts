import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { EventType, JSONEventType, ResolvedEvent } from '@eventstore/db-client';
import { onTestFinished } from 'vitest';
import { createCertificates } from '../../support/eventstoredb/certificates.js';
import type { Certificates } from '../../support/eventstoredb/certificates.js';
import { EventStoreDbCluster } from '../../support/eventstoredb/cluster.js';
import type { EventStoreDbClusterOptions } from '../../support/eventstoredb/cluster.js';
import { EventStoreDbServer } from '../../support/eventstoredb/server.js';
import type { EventStoreDbServerOptions } from '../../support/eventstoredb/server.js';

export type TestEvent = JSONEventType<string, { readonly n: number; readonly pad?: string }>;

/** A server for the test at hand. */
export async function startServer(options?: EventStoreDbServerOptions): Promise<EventStoreDbServer> {
  const server = await EventStoreDbServer.start(options);
  onTestFinished(() => server.stop());
  return server;
}

/** A cluster for the test at hand. */
export async function startCluster(options?: EventStoreDbClusterOptions): Promise<EventStoreDbCluster> {
  const cluster = await EventStoreDbCluster.start(options);
  onTestFinished(() => cluster.stop());
  return cluster;
}

/** An authority and a certificate for the test at hand. */
export async function certificatesForTest(): Promise<Certificates> {
  const certificates = await createCertificates();
  onTestFinished(() => certificates.remove());
  return certificates;
}

/** The client as it is published, for the test at hand. */
export function connect(connectionString: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(connectionString);
  onTestFinished(() => client.dispose());
  return client;
}

/** A server and a client of it. */
export async function serverAndClient(
  options?: EventStoreDbServerOptions,
): Promise<{ server: EventStoreDbServer; client: EventStoreDBClient }> {
  const server = await startServer(options);
  return { server, client: connect(server.connectionString) };
}

/** New events with new ids, numbered from 0. */
export function events(count: number, { pad }: { pad?: number } = {}): ReturnType<typeof jsonEvent<TestEvent>>[] {
  return Array.from({ length: count }, (_, n) =>
    jsonEvent<TestEvent>({ type: 'counted', data: pad === undefined ? { n } : { n, pad: 'x'.repeat(pad) } }),
  );
}

/** Everything that is read. */
export async function collect<E extends EventType>(read: AsyncIterable<ResolvedEvent<E>>): Promise<ResolvedEvent<E>[]> {
  const read_: ResolvedEvent<E>[] = [];
  for await (const event of read) read_.push(event);
  return read_;
}

/** What a call or an iteration fails with. @throws Error when it succeeds */
export async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await attempt;
  } catch (error) {
    return error;
  }
  throw new Error(
    `it should have failed and came to ${JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v))}`,
  );
}
