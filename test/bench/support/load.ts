import autocannon from 'autocannon';

export interface Load {
  readonly url: string;
  readonly method?: 'GET' | 'PUT' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** The body of the n-th request. */
  readonly body?: (n: number) => string;
  /** The path of the n-th request. */
  readonly path: (n: number) => string;
}

/** Requests per second, all of which must be answered with 2xx. */
export async function requestsPerSecond({
  url,
  method = 'GET',
  headers = {},
  connections,
  seconds,
  body,
  path,
}: Load): Promise<number> {
  let n = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    workers: 0,
    requests: [
      {
        method,
        headers: { ...headers },
        setupRequest(request) {
          n += 1;
          return { ...request, path: path(n), ...(body !== undefined && { body: body(n) }) };
        },
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were no success, ${result.errors} requests failed`);
  }
  return result['2xx'] / result.duration;
}
