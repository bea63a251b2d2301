import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** Stands between a client and a server, and can take the server away as a restart would, or as a network that swallows everything. */
export interface TcpProxy {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Breaks every connection and takes no new ones. */
  cut(): Promise<void>;
  /** From now on nothing passes, either way, and no connection breaks; new ones are taken and nothing comes of them. */
  hang(): void;
  /** Takes connections again, on the same port, and lets pass what was held up. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** @param url where the server is */
export async function tcpProxy(url: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Map<Socket, Socket>();
  let hangs = false;
  const server = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port) });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.set(one, other);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      if (!hangs) one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets.keys()) socket.destroy();
    await closed;
  };
  return {
    host: `127.0.0.1:${address.port}`,
    cut,
    hang() {
      hangs = true;
      for (const [one, other] of sockets) one.unpipe(other);
    },
    async restore() {
      if (hangs) for (const [one, other] of sockets) one.pipe(other);
      hangs = false;
      if (server.listening) return;
      server.listen(address.port, '127.0.0.1');
      await once(server, 'listening');
    },
    close: cut,
  };
}
