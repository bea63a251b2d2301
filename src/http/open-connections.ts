import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * The connections of a server, each of which is to be closed as soon as nothing is under way on it once the server
 * shuts down. The server by itself closes those that are idle at that moment and then waits for the others, which
 * their clients may keep open for as long as they like.
 */
export class OpenConnections {
  /** The latest answer on each; none yet on one that has just been made. */
  readonly #answers = new Map<Socket, ServerResponse | undefined>();
  #areClosing = false;

  constructor(fastify: FastifyInstance) {
    fastify.server.on('connection', (socket: Socket) => {
      this.#answers.set(socket, undefined);
      socket.once('close', () => this.#answers.delete(socket));
    });
    fastify.server.on('request', ({ socket }: IncomingMessage, answer: ServerResponse) => {
      this.#answers.set(socket, answer);
    });
    fastify.addHook('preClose', (done) => {
      this.#areClosing = true;
      for (const [socket, answer] of this.#answers) closeAfter(socket, answer);
      done();
    });
  }

  /** True from the moment that nothing new is taken. */
  get areClosing(): boolean {
    return this.#areClosing;
  }
}

function closeAfter(socket: Socket, answer: ServerResponse | undefined): void {
  if (answer === undefined) {
    // Made ahead of time, for a request that never came.
    if (socket.bytesRead === 0) socket.destroy();
  } else if (!answer.headersSent) answer.shouldKeepAlive = false;
  else if (!answer.writableFinished) answer.once('finish', () => socket.end());
}
