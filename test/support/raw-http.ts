import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';

/** One connection, for bytes that no client library would send. */
export interface RawConnection {
  write(text: string): void;
  /** Everything that has arrived once it contains this. @throws Error with what arrived when the server closes before */
  until(text: string | RegExp): Promise<string>;
  /** Everything that ever arrives: waits for the server to close. */
  rest(): Promise<string>;
  destroy(): void;
}

/** Opens a connection to the service at this address. */
export async function rawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let arrived = '';
  let closed = false;
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => (arrived += text));
  socket.on('close', () => (closed = true));
  // What matters of a reset connection is what came before.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const changed = (): Promise<void> => nextOf(socket, ['data', 'close']);
  return {
    write: (text) => void socket.write(text),
    async until(text) {
      const isThere = (): boolean => (typeof text === 'string' ? arrived.includes(text) : text.test(arrived));
      while (!isThere()) {
        if (closed) throw new Error(`the server closed the connection after ${JSON.stringify(arrived)}`);
        await changed();
      }
      return arrived;
    },
    async rest() {
      while (!closed) await changed();
      return arrived;
    },
    destroy: () => void socket.destroy(),
  };
}

/** The status, headers and body of the only answer in a text. */
export function parseAnswer(text: string): { status: number; headers: ReadonlyMap<string, string>; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Map(headers), body: text.slice(end + 4) };
}

function nextOf(socket: Socket, names: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of names) socket.off(name, done);
      resolve();
    };
    for (const name of names) socket.once(name, done);
  });
}
