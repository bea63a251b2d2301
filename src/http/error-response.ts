import { HttpException } from '@nestjs/common';
import { z } from 'zod';
import { CommandIdReusedError, StoreUnavailableError, TooMuchContentionError } from '../event-sourcing/faults.js';
import { IdentityProviderUnavailableError } from '../workspaces/authentication/identity-provider.error.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import { OverloadedError } from './overloaded.error.js';
import type { FieldFault, RefusalCategory } from './refusal.js';
import { Refusal } from './refusal.js';
import { ShuttingDownError } from './shutting-down.error.js';

const error = z
  .string()
  .describe('A stable code.')
  .meta({ examples: ['image-not-found'] });
const code = z
  .int()
  .min(400)
  .max(599)
  .describe('The HTTP status.')
  .meta({ examples: [404] });
const message = z.string().describe('Names the fault and the remedy.');
const fieldFault = z.strictObject({ field: z.string(), message: z.string() }).meta({ id: 'FieldFault' });

/** The body of every error: `error` is a stable code, `code` the HTTP status. */
export const errorSchema = z
  .strictObject({
    error,
    code,
    message,
    details: z.array(fieldFault).describe('Every field at fault, for input that is not valid.').exactOptional(),
  })
  .meta({ id: 'Error', description: 'The body of every error.' });

export type ErrorBody = ShapeOf<typeof errorSchema>;

/** The last line of a streamed answer that broke off. */
export const failedLineSchema = z
  .strictObject({ kind: z.literal('failed'), error, code, message })
  .meta({ id: 'FailedLine', description: 'The answer broke off: the last line of one that is not complete.' });

export interface ErrorResponse {
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;
  /** True for faults of ours, which belong in the log with their stack. */
  readonly isFault: boolean;
}

const statusOf: Readonly<Record<RefusalCategory, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  'rate-limited': 429,
};

/** Maps rejections and faults to the one error shape of the API. */
export function toErrorResponse(thrown: unknown): ErrorResponse {
  if (thrown instanceof Refusal) {
    const { rejection, details } = thrown;
    return refusal(statusOf[rejection.category], rejection.code, rejection.message, details);
  }
  if (thrown instanceof CommandIdReusedError) return refusal(409, 'command-id-reused', thrown.message);
  if (thrown instanceof TooMuchContentionError) return unavailable('contention', thrown.message, '1');
  if (thrown instanceof ShuttingDownError)
    return { ...unavailable('shutting-down', thrown.message, '1'), isFault: false };
  if (thrown instanceof OverloadedError) return { ...unavailable('overloaded', thrown.message, '1'), isFault: false };
  if (thrown instanceof StoreUnavailableError) return unavailable('store-unavailable', thrown.message, '2');
  if (thrown instanceof IdentityProviderUnavailableError) {
    return unavailable('identity-provider-unavailable', thrown.message, '5');
  }
  if (thrown instanceof HttpException)
    return refusal(thrown.getStatus(), codeOfStatus(thrown.getStatus()), withoutQuery(thrown.message));
  const status = fastifyStatus(thrown);
  if (status !== undefined && thrown instanceof Error) return refusal(status, codeOfStatus(status), thrown.message);
  return {
    body: {
      error: 'internal',
      code: 500,
      message: 'the service failed on this request; the log has the details under the correlation id of this answer',
    },
    headers: {},
    isFault: true,
  };
}

function refusal(status: number, error: string, message: string, details?: readonly FieldFault[]): ErrorResponse {
  return {
    body: { error, code: status, message, ...(details !== undefined && { details }) },
    // Clients that retry every 409 by themselves are told that it would not help.
    headers: status === 409 ? { 'x-should-retry': 'false' } : {},
    isFault: status >= 500,
  };
}

function unavailable(error: string, message: string, retryAfterSeconds: string): ErrorResponse {
  return { body: { error, code: 503, message }, headers: { 'retry-after': retryAfterSeconds }, isFault: true };
}

/** The framework names the address there is none of, and what follows the path may be a secret that went astray. */
function withoutQuery(message: string): string {
  return message.split('?', 1)[0]?.slice(0, 200) ?? '';
}

/** Fastify's own refusals (body too large, broken JSON …) carry the status on the error. */
function fastifyStatus(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return undefined;
  const { statusCode } = thrown;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

function codeOfStatus(status: number): string {
  switch (status) {
    case 400:
      return 'invalid-request';
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 405:
      return 'method-not-allowed';
    case 413:
      return 'body-too-large';
    case 415:
      return 'unsupported-media-type';
    case 429:
      return 'rate-limited';
    default:
      return status >= 500 ? 'internal' : 'refused';
  }
}
