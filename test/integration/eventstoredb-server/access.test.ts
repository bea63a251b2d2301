import { AccessDeniedError, UnavailableError } from '@eventstore/db-client';
import { describe, expect, test } from 'vitest';
import { LogDatabase } from '../../support/eventstoredb/log-database.js';
import { certificatesForTest, collect, connect, events, failureOf, startServer } from './bare-client.js';

const users = {
  admin: { password: 'change:it' },
  writer: { password: 'secret', mayReadAll: false },
};

describe('a secured server', () => {
  test('serves whom it knows', async () => {
    const server = await startServer({ tls: await certificatesForTest(), users });
    const client = connect(server.connectionStringFor({ user: 'admin:change%3Ait' }));
    await client.appendToStream('orders-1', events(1));
    expect(await collect(client.readStream('orders-1'))).toHaveLength(1);
    expect(await collect(client.readAll())).toHaveLength(2);
  });

  test('refuses a wrong password in every call', async () => {
    const server = await startServer({ tls: await certificatesForTest(), users });
    const client = connect(server.connectionStringFor({ user: 'admin:wrong' }));
    for (const attempt of [
      () => client.appendToStream('orders-1', events(1)),
      () => collect(client.readStream('orders-1')),
      () => collect(client.subscribeToAll()),
      () => client.deleteStream('orders-1'),
    ]) {
      const error = await failureOf(attempt());
      expect(error).toBeInstanceOf(AccessDeniedError);
      expect(String(error)).toContain('16 UNAUTHENTICATED');
    }
  });

  test('refuses appends and $all without credentials', async () => {
    const server = await startServer({ tls: await certificatesForTest(), users });
    const client = connect(server.connectionString);
    expect(await failureOf(client.appendToStream('orders-1', events(1)))).toBeInstanceOf(AccessDeniedError);
    for (const attempt of [() => collect(client.readAll()), () => collect(client.subscribeToAll())]) {
      const error = await failureOf(attempt());
      expect(error).toBeInstanceOf(AccessDeniedError);
      expect(String(error)).toContain('7 PERMISSION_DENIED');
    }
  });

  test('may refuse $all alone to a user', async () => {
    const server = await startServer({ tls: await certificatesForTest(), users });
    const client = connect(server.connectionStringFor({ user: 'writer:secret' }));
    await client.appendToStream('orders-1', events(1));
    expect(await collect(client.readStream('orders-1'))).toHaveLength(1);
    const error = await failureOf(collect(client.subscribeToAll()));
    expect(error).toBeInstanceOf(AccessDeniedError);
    expect(String(error)).toContain('7 PERMISSION_DENIED');
  });

  test('is not believed with the certificate of another authority', async () => {
    const [own, other] = [await certificatesForTest(), await certificatesForTest()];
    const server = await startServer({ tls: { ...own, caFile: other.caFile }, users });
    const client = connect(server.connectionStringFor({ user: 'admin:change%3Ait' }));
    const error = await failureOf(collect(client.readAll()));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toMatch(
      /14 UNAVAILABLE.*unable to verify the first certificate|certificate signature failure/u,
    );
  });
});

describe('a transport that does not fit', () => {
  test('TLS against a plain port fails', async () => {
    const tls = await certificatesForTest();
    const plain = await startServer();
    const secured = await startServer({ tls });
    const client = connect(secured.connectionString.replace(`:${secured.port}`, `:${plain.port}`));
    const error = await failureOf(collect(client.readAll()));
    expect(error).toBeInstanceOf(UnavailableError);
  });

  test('plain against TLS fails', async () => {
    const secured = await startServer({ tls: await certificatesForTest() });
    const client = connect(`esdb://127.0.0.1:${secured.port}?tls=false`);
    const error = await failureOf(collect(client.readAll()));
    expect(error).toBeInstanceOf(UnavailableError);
  });

  test('credentials are ignored without TLS', async () => {
    const server = await startServer({ database: new LogDatabase() });
    const client = connect(server.connectionStringFor({ user: 'admin:wrong' }));
    expect(await client.appendToStream('orders-1', events(1))).toMatchObject({ success: true });
  });
});
