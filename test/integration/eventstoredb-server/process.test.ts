import { DeadlineExceededError, NO_STREAM, UnavailableError } from '@eventstore/db-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EventStoreDbProcess } from '../../support/eventstoredb/process.js';
import { collect, connect, events, failureOf } from './bare-client.js';

async function startProcess(nodes?: number): Promise<EventStoreDbProcess> {
  const started = await EventStoreDbProcess.start(nodes === undefined ? {} : { nodes });
  onTestFinished(() => started.stop());
  return started;
}

describe('a server in a process of its own', () => {
  test('serves, takes commands and says how things stand', async () => {
    const server = await startProcess();
    const client = connect(server.connectionString);
    await client.appendToStream('orders-1', events(1));
    expect(await server.tell({ kind: 'state' })).toMatchObject({ leader: 0, records: 2, connections: [1] });
    await server.tell({ kind: 'decree', fate: { written: true, answer: 'timeout' } });
    expect(await failureOf(client.appendToStream('orders-1', events(1)))).toBeInstanceOf(DeadlineExceededError);
    expect(await server.tell({ kind: 'state' })).toMatchObject({ records: 3 });
    await server.tell({ kind: 'stop' });
    expect(await failureOf(collect(client.readStream('orders-1')))).toBeInstanceOf(UnavailableError);
    await server.tell({ kind: 'start-again', emptied: true });
    const fresh = connect(server.connectionString);
    await vi.waitFor(
      async () => {
        expect(await fresh.appendToStream('orders-1', events(1), { expectedRevision: NO_STREAM })).toMatchObject({
          nextExpectedRevision: 0n,
        });
      },
      { timeout: 10_000 },
    );
  });

  test('can be suspended and goes on where it stopped', async () => {
    const server = await startProcess();
    const client = connect(server.connectionString);
    await client.appendToStream('orders-1', events(1));
    server.suspend();
    const pending = client.appendToStream('orders-1', events(1));
    const settled = vi.fn();
    pending.then(settled, settled);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(settled).not.toHaveBeenCalled();
    server.resume();
    expect(await pending).toMatchObject({ nextExpectedRevision: 1n });
  });

  test('may be a cluster that loses its leader', async () => {
    const cluster = await startProcess(3);
    const client = connect(cluster.connectionString);
    await client.appendToStream('orders-1', events(1));
    expect(await cluster.tell({ kind: 'fail-over', unnoticed: 10, election: 10 })).toMatchObject({ leader: 1 });
    const fresh = connect(cluster.connectionString);
    expect(await collect(fresh.readStream('orders-1'))).toHaveLength(1);
    await expect(cluster.tell({ kind: 'freeze', node: 7 })).rejects.toThrow('there is no node 7');
  });
});
