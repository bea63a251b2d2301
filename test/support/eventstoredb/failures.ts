import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';

/** A call's end with a status; `trailers` carry what the client makes its typed errors of. */
export function failure(code: status, details: string, trailers: Readonly<Record<string, string>> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(`${code} ${status[code]}: ${details}`), { code, details, metadata });
}

export function streamDeleted(stream: string): ServiceError {
  return failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': encodeURIComponent(stream),
  });
}

export function accessDenied(): ServiceError {
  return failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
}

export function unauthenticated(): ServiceError {
  return failure(status.UNAUTHENTICATED, 'UnauthenticatedException');
}

export function notReady(): ServiceError {
  return failure(status.UNAVAILABLE, 'Server Is Not Ready');
}

export function notLeader(leader: { readonly host: string; readonly port: number }): ServiceError {
  return failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': leader.host,
    'leader-endpoint-port': leader.port.toString(),
  });
}

export function wrongExpectedVersion(stream: string, expected: string, actual: bigint | 'no-stream'): ServiceError {
  return failure(
    status.FAILED_PRECONDITION,
    `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': encodeURIComponent(stream),
      'expected-version': expected,
      'actual-version': actual === 'no-stream' ? '-1' : actual.toString(),
    },
  );
}

/** What a position from another log comes to: the reader lands inside a record. */
export function handlerException(): ServiceError {
  return failure(status.UNKNOWN, 'Exception was thrown by handler.');
}

/** What a live subscription ends with when its consumer reads too slowly. */
export function consumerTooSlow(): ServiceError {
  return failure(
    status.ABORTED,
    'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
  );
}
