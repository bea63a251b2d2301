import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

/** Faults that the next try meets again: the name does not exist, the certificate is not trusted. */
const permanentCodes: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ENOTFOUND',
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Faults of connections that never came about, so that nothing was sent over them. */
const unsentCodes: ReadonlySet<string> = new Set([
  ...permanentCodes,
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** No answer came, or only part of one. What a write did is then unknown. */
export class ConnectionError extends CliError {
  override readonly name = 'ConnectionError';

  private constructor(
    message: string,
    readonly isPermanent: boolean,
    /** False when the request cannot have reached the service. */
    readonly mayHaveArrived: boolean,
    hint: string | undefined,
    cause: unknown,
  ) {
    super(message, exitCodes.unavailable, hint, { cause });
  }

  /** @param base the address of the service */
  static from(error: unknown, base: string): ConnectionError {
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      return new ConnectionError(
        `${base} did not answer in time`,
        false,
        true,
        'give it longer with --timeout SECONDS',
        error,
      );
    }
    const fault = deepest(error);
    const code = fault instanceof Error && 'code' in fault && typeof fault.code === 'string' ? fault.code : undefined;
    const isPermanent = code !== undefined && permanentCodes.has(code);
    const reason = reasonOf(fault, code);
    const hint = isTlsMissing(code)
      ? 'write the address with http://, or put a proxy that speaks TLS before the service'
      : 'is the service running, and is the address right? (--url, TAGALONG_URL, `tagalong contexts list`)';
    return new ConnectionError(
      `cannot reach ${base}: ${reason === '' ? (code ?? 'no reason given') : reason}`,
      isPermanent,
      code === undefined || !unsentCodes.has(code),
      hint,
      error,
    );
  }
}

function reasonOf(fault: unknown, code: string | undefined): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (isTlsMissing(code)) return 'what listens there does not speak TLS';
  return fault instanceof Error ? fault.message : String(fault);
}

function isTlsMissing(code: string | undefined): boolean {
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG';
}

/** `fetch` wraps the fault that matters, sometimes twice. */
function deepest(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return deepest(error.errors[0]);
  return error instanceof Error && error.cause !== undefined ? deepest(error.cause) : error;
}
