import { CliError } from '../cli-error.js';
import type { ExitCode } from '../exit-codes.js';
import { exitCodes } from '../exit-codes.js';

/** What was wrong with one field of a request. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** The service answered, and the answer is no. */
export class ApiError extends CliError {
  override readonly name = 'ApiError';

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Stable code, such as `image-shared`. */
    readonly code: string,
    message: string,
    readonly details: readonly FieldFault[] = [],
    correlationId?: string,
  ) {
    const lines = details.filter((fault) => !message.includes(fault.message)).map((fault) => `\n  ${told(fault)}`);
    super(`${message}${lines.join('')}`, exitCodeOf(status), hintFor(status, correlationId));
  }
}

function told({ field, message }: FieldFault): string {
  return message.startsWith(`${field} `) ? message : `${field}: ${message}`;
}

function exitCodeOf(status: number): ExitCode {
  switch (status) {
    case 401:
    case 403:
      return exitCodes.forbidden;
    case 404:
    case 410:
      return exitCodes.notFound;
    case 409:
      return exitCodes.conflict;
    case 429:
    case 502:
    case 503:
    case 504:
      return exitCodes.unavailable;
    default:
      return exitCodes.failed;
  }
}

function hintFor(status: number, correlationId: string | undefined): string | undefined {
  if (status === 401) return 'log in with `tagalong login`, or set TAGALONG_API_KEY';
  if (status >= 500 && correlationId !== undefined) return `the log of the service has it under ${correlationId}`;
  return undefined;
}
