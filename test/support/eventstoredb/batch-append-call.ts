import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { expectationOf, idOf, nameOf, proposedEventOf } from './append-requests.js';
import { batchResponse } from './batch-append-responses.js';
import type { AnsweredAppend, BatchOutcome } from './batch-append-responses.js';
import type { ProposedEvent } from './log-record.js';
import { refusalOfCall } from './node-context.js';
import type { NodeContext } from './node-context.js';

type BatchAppendCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

const defaultDeadline = 10_000;
const longestTimer = 2 ** 31 - 1;

/** An append whose chunks are still coming, or whose answer is. */
interface PendingAppend extends AnsweredAppend {
  readonly events: ProposedEvent[];
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly deadline: NodeJS.Timeout;
}

/** `Streams.BatchAppend`: many appends share one stream, told apart by correlation id; the server keeps their deadlines. */
export function serveBatchAppend(node: NodeContext, call: BatchAppendCall): void {
  const refusal = refusalOfCall(node, call.metadata);
  if (refusal !== undefined) {
    call.emit('error', refusal);
    return;
  }
  const session = new BatchAppendSession(node, call);
  call.on('data', (request: BatchAppendReq) => {
    session.take(request);
  });
  call.on('end', () => {
    session.close();
    call.end();
  });
  call.on('cancelled', () => {
    session.close();
  });
}

class BatchAppendSession {
  readonly #node: NodeContext;
  readonly #call: BatchAppendCall;
  readonly #pending = new Map<string, PendingAppend>();
  readonly #permitted: boolean;

  constructor(node: NodeContext, call: BatchAppendCall) {
    this.#node = node;
    this.#call = call;
    this.#permitted = typeof node.access.callerOf(call.metadata) === 'object';
  }

  take(request: BatchAppendReq): void {
    const correlationId = idOf(request.getCorrelationId());
    const append = this.#pending.get(correlationId) ?? this.#begin(correlationId, request.getOptions());
    if (append === undefined) return;
    for (const message of request.getProposedMessagesList()) append.events.push(proposedEventOf(message));
    if (request.getIsFinal()) this.#decide(append);
  }

  close(): void {
    for (const { deadline } of this.#pending.values()) clearTimeout(deadline);
    this.#pending.clear();
  }

  /** @returns `undefined` for a chunk without options: the rest of an append that was given up at its deadline */
  #begin(correlationId: string, options: BatchAppendReq.Options | undefined): PendingAppend | undefined {
    if (options === undefined) return undefined;
    const expires = options.getDeadline()?.toDate().getTime() ?? Date.now() + defaultDeadline;
    const append: PendingAppend = {
      correlationId,
      stream: nameOf(options),
      expected: expectationOf(options, () => options.getStreamPosition()),
      events: [],
      expires,
      deadline: setTimeout(
        () => {
          this.#answer(append, { kind: 'timeout' });
        },
        Math.min(expires - Date.now(), longestTimer),
      ),
    };
    this.#pending.set(correlationId, append);
    return append;
  }

  #decide(append: PendingAppend): void {
    if (!this.#permitted) {
      this.#answer(append, { kind: 'access-denied' });
      return;
    }
    if (append.expires <= Date.now()) {
      this.#answer(append, { kind: 'timeout' });
      return;
    }
    switch (this.#node.writes) {
      case 'not-ready':
        this.#answer(append, { kind: 'not-ready' });
        break;
      case 'silent':
        break;
      case 'serve':
        this.#write(append);
        break;
    }
  }

  #write(append: PendingAppend): void {
    const { database, fates } = this.#node;
    const fate = fates.next();
    if (fate === undefined) {
      this.#answer(append, database.append(append.stream, append.expected, append.events));
      return;
    }
    if (fate.written) database.append(append.stream, append.expected, append.events);
    switch (fate.answer) {
      case 'connection-lost':
        this.#node.dropConnections();
        break;
      case 'silence':
        break;
      case 'timeout':
      case 'access-denied':
        this.#answer(append, { kind: fate.answer });
        break;
    }
  }

  #answer(append: PendingAppend, outcome: BatchOutcome): void {
    if (!this.#pending.delete(append.correlationId)) return;
    clearTimeout(append.deadline);
    this.#call.write(batchResponse(append, outcome));
  }
}
