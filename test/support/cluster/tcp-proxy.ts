import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** Stands between a client and a server, and can hang, as a network does that drops every packet. */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  #hangs = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a proxy without a port');
    const proxy = new TcpProxy(server, address.port);
    server.on('connection', (client) => {
      proxy.#join(client, connect(target));
    });
    return proxy;
  }

  /** Nothing goes through any more, and nobody is told; new connections are accepted and hang too. */
  hang(): void {
    this.#hangs = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was held back goes through. */
  resume(): void {
    this.#hangs = false;
    for (const socket of this.#sockets) socket.resume();
  }

  close(): void {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, server: Socket): void {
    const forward = (from: Socket, to: Socket): void => {
      this.#sockets.add(from);
      from.on('data', (chunk) => {
        to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#hangs) from.pause();
    };
    forward(client, server);
    forward(server, client);
  }
}
