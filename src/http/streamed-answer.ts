import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ShapeOf } from '../vocabulary/shape.js';
import type { failedLineSchema } from './error-response.js';
import { toErrorResponse } from './error-response.js';

/** Makes an answer piece by piece. The signal aborts when the client has gone. */
export type Pieces<T> = (signal: AbortSignal) => AsyncGenerator<T, void, undefined>;

/**
 * Sends an answer while it is made, no faster than the client takes it, and stops making it when the client goes.
 * What is thrown before the first piece is an error answer like any other; what is thrown later cuts the connection, so
 * that a broken answer cannot be taken for a whole one.
 */
export async function sendPieces(
  request: FastifyRequest,
  reply: FastifyReply,
  contentType: string,
  pieces: Pieces<string>,
): Promise<void> {
  if (request.method === 'HEAD') {
    void reply.header('content-type', contentType).send();
    return;
  }
  const gone = new AbortController();
  const rest = whileThere(pieces(gone.signal), gone.signal);
  reply.raw.once('close', () => {
    gone.abort(new ClientGoneError());
    // Whatever state the answer is in, what it holds is given back.
    rest.return().catch((err: unknown) => {
      request.log.error({ err }, 'a streamed answer could not be cleaned up');
    });
  });
  const first = await rest.next();
  if (gone.signal.aborted) {
    reply.hijack();
    return;
  }
  // The route must not end before its answer: who ends without one has nothing to send.
  await reply
    .header('content-type', contentType)
    .header('cache-control', 'no-store')
    // Proxies that gather an answer before they pass it on would take away what streaming is for.
    .header('x-accel-buffering', 'no')
    .send(Readable.from(beginningWith(first, rest), { objectMode: false, highWaterMark: 65_536 }));
}

/**
 * The same for messages, one JSON document a line, some at a time. What is thrown after the first line ends the answer
 * with a line `{"kind":"failed", …}` that has the fields of an error answer.
 */
export async function sendJsonLines(
  request: FastifyRequest,
  reply: FastifyReply,
  messages: Pieces<readonly object[]>,
): Promise<void> {
  await sendPieces(request, reply, 'application/x-ndjson; charset=utf-8', async function* (signal) {
    let begun = false;
    try {
      for await (const some of messages(signal)) {
        yield jsonLines(some);
        begun = true;
      }
    } catch (thrown) {
      if (!begun || thrown === signal.reason) throw thrown;
      yield jsonLines([failed(request, thrown)]);
    }
  });
}

/** Ends quietly, rather than with a fault, when nobody is there any more. */
async function* whileThere(
  pieces: AsyncGenerator<string, void, undefined>,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* pieces;
  } catch (thrown) {
    if (!signal.aborted || thrown !== signal.reason) throw thrown;
  }
}

async function* beginningWith(
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<string, void, undefined> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

function failed(request: FastifyRequest, thrown: unknown): ShapeOf<typeof failedLineSchema> {
  const { body, isFault } = toErrorResponse(thrown);
  // What passes by itself, such as a shutdown, is no reason to wake anybody.
  if (isFault) request.log[body.code === 503 ? 'warn' : 'error']({ err: thrown }, 'an answer broke off');
  const { error, code, message } = body;
  return { kind: 'failed', error, code, message };
}

function jsonLines(messages: readonly object[]): string {
  return messages.map((message) => `${JSON.stringify(message)}\n`).join('');
}

/** Nobody is there to be told. */
class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';

  constructor() {
    super('the client has closed the connection');
  }
}
