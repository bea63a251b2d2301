import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { PostgresConnections } from '../../../src/read-model/postgres/postgres.connections.js';
import { defaultPostgresSettings } from '../../../src/read-model/postgres/postgres.settings.js';

/** A message of the PostgreSQL protocol: its kind, its length, what it holds. */
function message(kind: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(kind), length, body]);
}

const authenticated = message('R', Buffer.from([0, 0, 0, 0]));
const ready = message('Z', Buffer.from('I'));
const terminated = message(
  'E',
  Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

describe('a server that ends a session in the same breath in which it begins', () => {
  const uncaught: unknown[] = [];
  const note = (fault: unknown): void => void uncaught.push(fault);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(Buffer.concat([authenticated, ready, terminated])));
  });

  beforeEach(async () => {
    process.on('uncaughtException', note);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  afterEach(() => {
    process.off('uncaughtException', note);
    server.close();
  });

  it('is away for whoever asks, and ends nothing but that session', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `postgres://tagalong:secret@127.0.0.1:${port}/tagalong`;
    const settings = { ...defaultPostgresSettings, url, schema: 'tagalong' };
    const connections = new PostgresConnections(settings, 'reading', 2, () => undefined);
    for (let n = 0; n < 3; n++) await expect(connections.run('SELECT 1')).rejects.toThrow(StoreUnavailableError);
    await nextTurn();
    expect(uncaught).toEqual([]);
    await connections.end();
  });
});
