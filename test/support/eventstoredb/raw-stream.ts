import { constants } from 'node:http2';

interface Http2Stream {
  close(code: number): void;
}

/**
 * Ends a call without a status, with RST_STREAM and code 0, as a server does that shuts down. The library has no
 * public way to it.
 *
 * @throws Error when the library has changed inside
 */
export function endWithoutStatus(call: object): void {
  const inside: unknown = Reflect.get(call, 'call');
  const stream: unknown = typeof inside === 'object' && inside !== null ? Reflect.get(inside, 'stream') : undefined;
  if (!isHttp2Stream(stream)) {
    throw new Error('the HTTP/2 stream of a call is not where this version of @grpc/grpc-js kept it; look for it anew');
  }
  stream.close(constants.NGHTTP2_NO_ERROR);
}

function isHttp2Stream(value: unknown): value is Http2Stream {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'close') === 'function';
}
