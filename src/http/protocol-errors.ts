import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toErrorResponse } from './error-response.js';
import type { ErrorBody } from './error-response.js';
import { invalidInput } from './refusal.js';
import { securityHeaders } from './security-headers.js';

const security = securityHeaders();

interface CodedError extends Error {
  readonly code?: string;
}

/**
 * Answers a request whose address the router cannot read, before any hook or route has seen it, like every other
 * refusal.
 */
export function answerUnreadableAddress(thrown: CodedError, request: FastifyRequest, reply: FastifyReply): void {
  const body = unreadableAddress(thrown);
  request.log.debug({ refused: body.error }, body.message);
  void reply
    .status(body.code)
    .headers({
      ...security,
      'x-correlation-id': request.id,
      'content-type': 'application/json; charset=utf-8',
    })
    .send(JSON.stringify(body));
}

/** The router's own words would repeat the address, which may be long and hold what is nobody's business. */
function unreadableAddress(thrown: CodedError): ErrorBody {
  switch (thrown.code) {
    case 'FST_ERR_BAD_URL':
      return toErrorResponse(invalidInput('invalid-request', 'The path is not percent-encoded UTF-8.')).body;
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return {
        error: 'address-too-long',
        code: 414,
        message: 'A part of the path is longer than any name can be.',
      };
    default:
      return toErrorResponse(thrown).body;
  }
}

/** Answers what cannot be read as a request at all, and gives the connection up. */
export function answerBrokenRequest(fault: CodedError, socket: Socket): void {
  if (fault.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(brokenRequest(fault));
  socket.destroy();
}

function brokenRequest({ code }: CodedError): string {
  const answer = brokenRequestBody(code);
  const body = JSON.stringify(answer);
  return (
    `HTTP/1.1 ${answer.code} ${STATUS_CODES[answer.code] ?? ''}\r\n` +
    'Connection: close\r\n' +
    'Content-Type: application/json; charset=utf-8\r\n' +
    `Content-Length: ${Buffer.byteLength(body)}\r\n` +
    'X-Content-Type-Options: nosniff\r\n\r\n' +
    body
  );
}

function brokenRequestBody(code: string | undefined): ErrorBody {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { error: 'request-timeout', code: 408, message: 'The request did not arrive in time. Send it again.' };
    case 'HPE_HEADER_OVERFLOW':
      return { error: 'headers-too-large', code: 431, message: 'The headers of the request are too large.' };
    default:
      return { error: 'invalid-request', code: 400, message: 'What was sent cannot be read as HTTP/1.1.' };
  }
}
