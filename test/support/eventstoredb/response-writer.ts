import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Answers on their way before the writer waits. */
const inFlight = 128;

/** Writes the answers of one read no faster than the connection takes them. */
export class ResponseWriter {
  readonly #call: ReadCall;
  readonly #onEnd = new Set<() => void>();
  #open = true;
  #clear = true;

  constructor(call: ReadCall) {
    this.#call = call;
    const end = (): void => {
      this.#open = false;
      for (const listener of this.#onEnd) listener();
      this.#onEnd.clear();
    };
    call.once('cancelled', end).once('close', end).once('finish', end).once('error', end);
  }

  /** Whether the caller still listens. */
  isOpen(): boolean {
    return this.#open;
  }

  /** Whether the connection has taken everything written so far. */
  isClear(): boolean {
    return this.#clear;
  }

  /** Called once when the call is over, by whomever. */
  onEnd(listener: () => void): void {
    if (this.#open) this.#onEnd.add(listener);
    else listener();
  }

  write(response: ReadResp): void {
    if (!this.#open || this.#call.write(response) || !this.#clear) return;
    if (this.#call.writableLength < inFlight) return;
    this.#clear = false;
    this.#call.once('drain', () => {
      this.#clear = true;
    });
  }

  /** Waits until the connection takes more, or the call is over. */
  async drained(): Promise<void> {
    if (this.#clear || !this.#open) return;
    await new Promise<void>((resolve) => {
      this.#onEnd.add(resolve);
      this.#call.once('drain', () => {
        this.#onEnd.delete(resolve);
        resolve();
      });
    });
  }

  end(): void {
    if (this.#open) this.#call.end();
    this.#open = false;
  }

  fail(error: Error): void {
    if (this.#open) this.#call.emit('error', error);
    this.#open = false;
  }
}
