import { convertToCommandError } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { answerOf, correlationOf, newCorrelationId, requestsOf } from './append-messages.js';
import type { AppendAnswer, AppendRequest } from './append-messages.js';

interface Waiting {
  readonly stream: string;
  resolve(answer: AppendAnswer): void;
  reject(fault: unknown): void;
}

/**
 * The one call over which a client sends all its appends. They are told apart by an id, and answered in any order.
 *
 * When the call breaks, what was under way has failed, with an outcome that nobody knows.
 */
export class AppendStream {
  readonly #waiting = new Map<string, Waiting>();
  #over: Error | undefined;
  #finishing = false;

  constructor(
    private readonly call: ReturnType<StreamsClient['batchAppend']>,
    private readonly onEnd: () => void,
  ) {
    call.on('data', (response: BatchAppendResp) => {
      this.#take(response);
    });
    call.on('error', (fault: Error) => {
      this.#end(convertToCommandError(fault));
    });
    call.on('end', () => {
      this.#end(new Error('the server has ended the stream of appends'));
    });
  }

  append(request: AppendRequest): Promise<AppendAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) throw this.#over;
      const id = newCorrelationId();
      const messages = requestsOf(id, request);
      this.#waiting.set(id, { stream: request.stream, resolve, reject });
      for (const message of messages) this.call.write(message);
    });
  }

  /** Ends the call once all that was sent over it is answered. */
  finish(): void {
    this.#finishing = true;
    if (this.#waiting.size === 0) this.call.end();
  }

  #take(response: BatchAppendResp): void {
    const id = correlationOf(response);
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    try {
      waiting.resolve(answerOf(response, waiting.stream));
    } catch (fault) {
      waiting.reject(fault);
    }
    if (this.#finishing && this.#waiting.size === 0) this.call.end();
  }

  #end(fault: Error): void {
    if (this.#over !== undefined) return;
    this.#over = fault;
    this.onEnd();
    for (const waiting of this.#waiting.values()) waiting.reject(fault);
    this.#waiting.clear();
  }
}
