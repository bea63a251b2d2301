import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server as NetServer, Socket } from 'node:net';
import { ControlledSocket } from './controlled-socket.js';
import type { Conditions } from './controlled-socket.js';

/** Takes connections on one port of the loopback and passes them on, as long as it is open. */
export class Listener {
  readonly #take: (connection: ControlledSocket) => void;
  readonly #connections = new Set<ControlledSocket>();
  #conditions: Conditions = { frozen: false, delay: 0 };
  #server: NetServer | undefined;
  #port = 0;

  /** @param take is given every new connection */
  constructor(take: (connection: ControlledSocket) => void) {
    this.#take = take;
  }

  /** The port, the same one each time it is opened. */
  get port(): number {
    return this.#port;
  }

  /** What the connections suffer. */
  get conditions(): Conditions {
    return this.#conditions;
  }

  /** Open connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** @param port 0 for a free one, kept from then on */
  async open(port = this.#port): Promise<void> {
    const server = createServer((socket) => {
      this.#accept(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no port');
    this.#port = address.port;
    this.#server = server;
  }

  /** Resets every connection and refuses new ones. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    this.reset();
    await closed;
  }

  /** Resets every connection; new ones are taken. */
  reset(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** Changes what the connections suffer, new ones too. */
  impose(conditions: Partial<Conditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
    for (const connection of this.#connections) connection.reconsider();
  }

  #accept(socket: Socket): void {
    const connection = new ControlledSocket(socket, () => this.#conditions);
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    this.#take(connection);
  }
}
