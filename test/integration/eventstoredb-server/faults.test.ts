import { DeadlineExceededError, NO_STREAM, UnavailableError, UnknownError } from '@eventstore/db-client';
import { describe, expect, test, vi } from 'vitest';
import { LogDatabase } from '../../support/eventstoredb/log-database.js';
import { collect, connect, events, failureOf, serverAndClient, startServer } from './bare-client.js';

describe('a server that fails', () => {
  test('by losing its connections fails what is in flight, and serves the next append', async () => {
    const { server, client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1));
    server.decree({ written: true, answer: 'connection-lost' });
    const batch = events(1);
    const options = { expectedRevision: 0n } as const;
    expect(await failureOf(client.appendToStream('orders-1', batch, options))).toBeInstanceOf(UnavailableError);
    expect(await client.appendToStream('orders-1', batch, options)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await collect(client.readStream('orders-1'))).toHaveLength(2);
  });

  test('by losing its connections ends subscriptions with an error', async () => {
    const { server, client } = await serverAndClient();
    const subscription = client.subscribeToAll();
    const ended = failureOf(collect(subscription));
    await vi.waitFor(() => {
      expect(server.subscriptions.size).toBe(1);
    });
    server.dropConnections();
    expect(await ended).toBeInstanceOf(UnavailableError);
  });

  test('by stopping refuses connections, and is back on the same port with the same log', async () => {
    const { server, client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1));
    await server.stop();
    const away = await failureOf(client.appendToStream('orders-1', events(1)));
    expect(away).toBeInstanceOf(Error);
    expect(String(away)).toContain('14 UNAVAILABLE');
    expect(await failureOf(collect(client.readStream('orders-1')))).toBeInstanceOf(UnavailableError);
    await server.startAgain();
    await vi.waitFor(
      async () => {
        expect(await collect(client.readStream('orders-1'))).toHaveLength(1);
      },
      { timeout: 10_000 },
    );
  });

  test('may come back with another log', async () => {
    const { server } = await serverAndClient();
    server.database.append('orders-1', 'any', []);
    await server.stop();
    await server.startAgain({ database: new LogDatabase() });
    const client = connect(server.connectionString);
    expect(await client.appendToStream('orders-1', events(1), { expectedRevision: NO_STREAM })).toMatchObject({
      success: true,
    });
  });

  test('by freezing answers nothing and takes connections, and goes on when it thaws', async () => {
    const { server, client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1));
    server.freeze();
    // With the same settings both clients would share one connection.
    const other = connect(server.connectionStringFor({ query: ['keepAliveInterval=10001'] }));
    const pending = [client.appendToStream('orders-1', events(1)), other.appendToStream('orders-2', events(1))];
    const settled = vi.fn();
    for (const append of pending) append.then(settled, settled);
    await vi.waitFor(() => {
      expect(server.connections).toBe(2);
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(settled).not.toHaveBeenCalled();
    expect(server.database.length).toBe(2);
    server.thaw();
    expect(await Promise.all(pending)).toMatchObject([{ success: true }, { success: true }]);
  });

  test('by freezing lets an append hang past its deadline: only the server keeps it', async () => {
    const { server, client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1));
    server.freeze();
    const pending = failureOf(client.appendToStream('orders-1', events(1), { deadline: 50 }));
    const settled = vi.fn();
    pending.then(settled, settled);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(settled).not.toHaveBeenCalled();
    server.thaw();
    expect(await pending).toBeInstanceOf(DeadlineExceededError);
    expect(server.database.length).toBe(2);
  });

  test('by freezing is given up by keep-alive', async () => {
    vi.spyOn(console, 'warn').mockReturnValueOnce(undefined);
    const server = await startServer();
    const client = connect(server.connectionStringFor({ query: ['keepAliveInterval=100', 'keepAliveTimeout=100'] }));
    await client.appendToStream('orders-1', events(1));
    server.freeze();
    const error = await failureOf(client.appendToStream('orders-1', events(1)));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toContain('14 UNAVAILABLE: Connection dropped');
  });

  test('by delay answers all the same', async () => {
    const { server, client } = await serverAndClient();
    server.delayAnswers(20);
    expect(await client.appendToStream('orders-1', events(1))).toMatchObject({ nextExpectedRevision: 0n });
    server.delayAnswers(0);
    expect(await client.appendToStream('orders-1', events(1))).toMatchObject({ nextExpectedRevision: 1n });
  });

  test('by not being ready says so', async () => {
    const { server, client } = await serverAndClient();
    server.setReady(false);
    const append = await failureOf(client.appendToStream('orders-1', events(1)));
    expect(append).toBeInstanceOf(UnknownError);
    expect(append).toMatchObject({ message: 'Could not recognize Server Is Not Ready' });
    expect(await failureOf(collect(client.readAll()))).toBeInstanceOf(UnavailableError);
    server.setReady(true);
    expect(await client.appendToStream('orders-1', events(1))).toMatchObject({ success: true });
  });

  test('by shutting down ends calls without a status', async () => {
    const { server, client } = await serverAndClient();
    const subscription = client.subscribeToAll();
    const ended = failureOf(collect(subscription));
    server.decree({ written: false, answer: 'silence' });
    const append = failureOf(client.appendToStream('orders-1', events(1)));
    await vi.waitFor(() => {
      expect(server.calls.size).toBe(2);
      expect(server.subscriptions.size).toBe(1);
    });
    server.endCalls();
    for (const error of [await ended, await append]) {
      expect(error).toBeInstanceOf(UnknownError);
      expect(error).toMatchObject({
        message: '13 INTERNAL: Received RST_STREAM with code 0 (Call ended without gRPC status)',
      });
    }
  });
});
