import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isHeld } from './if-none-match.js';
import { headerOf } from './request-context.js';

/** An answer with what tells one version of it from another. */
export interface TaggedAnswer {
  /** JSON. */
  readonly body: string;
  /** With its quotes. */
  readonly etag: string;
}

/** Sends JSON that is already text, or 304 when the caller has it already. */
export function sendCached(request: FastifyRequest, reply: FastifyReply, { body, etag }: TaggedAnswer): void {
  void reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (isHeld(etag, headerOf(request, 'if-none-match'))) void reply.status(304).send();
  else void reply.header('content-type', 'application/json; charset=utf-8').send(body);
}

/** A page tagged by its content and by whether another one follows. */
export function taggedByContent(page: readonly object[], nextCursor: string | undefined): TaggedAnswer {
  const body = JSON.stringify(page);
  const hash = createHash('sha256')
    .update(nextCursor ?? '')
    .update('\n')
    .update(body)
    .digest('base64url');
  return { body, etag: `"${hash.slice(0, 27)}"` };
}
