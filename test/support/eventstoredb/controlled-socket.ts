import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** What the connections of a server suffer. */
export interface Conditions {
  /** Nothing is read and nothing sent; the connection stays. */
  readonly frozen: boolean;
  /** Milliseconds before what is written is sent. */
  readonly delay: number;
}

/** A connection between the network and the protocol that can be frozen, slowed and reset. */
export class ControlledSocket extends Duplex {
  readonly #socket: Socket;
  readonly #conditions: () => Conditions;
  #held: (() => void) | undefined;

  constructor(socket: Socket, conditions: () => Conditions) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#conditions = conditions;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      if (!this.push(chunk) || conditions().frozen) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    this.on('error', () => {
      // The peer is gone; the protocol above hears of it by `close`.
    });
    if (conditions().frozen) socket.pause();
  }

  /** Ends it as a killed process does. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Goes by the conditions as they are now. */
  reconsider(): void {
    if (this.#conditions().frozen) {
      this.#socket.pause();
      return;
    }
    this.#socket.resume();
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  override _read(): void {
    if (!this.#conditions().frozen) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(() => this.#socket.write(chunk, done));
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(() => this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#send(() => {
      this.#socket.end();
      done();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#held = undefined;
    this.#socket.destroy();
    done(error);
  }

  #send(write: () => void): void {
    const { frozen, delay } = this.#conditions();
    if (frozen) this.#held = write;
    else if (delay > 0) setTimeout(write, delay);
    else write();
  }
}
