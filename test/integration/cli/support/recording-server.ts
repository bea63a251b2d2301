import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a client sent. */
export interface RecordedRequest {
  readonly method: string;
  /** Path with the query, as it was on the wire. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to answer: a status and body, a connection cut off, or anything a handler does. */
export type Reply =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  | 'hang-up'
  | ((request: RecordedRequest, response: ServerResponse) => void | Promise<void>);

/** A server on a free port that records what it is asked and answers what it was told to. */
export class RecordingServer {
  readonly requests: RecordedRequest[] = [];
  private readonly replies = new Map<string, Reply[]>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<RecordingServer> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const recording = new RecordingServer(server, `http://127.0.0.1:${String(address.port)}`);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void recording.answer(request, response);
    });
    return recording;
  }

  /**
   * Answers requests for a path, without its query, one after another; the last answer goes on for ever.
   *
   * @param route `GET /v0/images`
   */
  on(route: string, ...replies: readonly Reply[]): this {
    this.replies.set(route, [...replies]);
    return this;
  }

  /** The requests for a path, without its query. */
  to(route: string): readonly RecordedRequest[] {
    return this.requests.filter(({ method, path }) => `${method} ${path.split('?')[0] ?? ''}` === route);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const recorded = { method, path, headers, body: await text(request) };
    this.requests.push(recorded);
    const route = `${method} ${path.split('?')[0] ?? ''}`;
    const replies = this.replies.get(route) ?? [];
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply === 'hang-up') {
      response.destroy();
    } else if (typeof reply === 'function') {
      await reply(recorded, response);
    } else if (reply === undefined) {
      send(response, 404, { error: 'no-such-route', code: 404, message: `nothing is prepared for ${route}` });
    } else {
      send(response, reply.status ?? 200, reply.body, reply.headers);
    }
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const content = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(content);
}

/** An error as the service answers it. */
export function refusal(
  status: number,
  error: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): Reply {
  return { status, body: { error, code: status, message }, ...(headers !== undefined && { headers }) };
}
