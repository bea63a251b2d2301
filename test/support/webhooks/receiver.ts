import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';

/** A message as a receiver got it. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

/** Answers the n-th message, counted from 1. */
export type Behaviour = (message: Received, n: number, response: ServerResponse) => void;

/** Answers all messages with one status. */
export function answering(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Behaviour {
  return (_message, _n, response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** A receiver of webhooks on a real socket of this machine. */
export class Receiver {
  readonly received: Received[] = [];
  readonly #waiting = new Set<() => void>();
  behaviour: Behaviour = answering(204);

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const receiver = new Receiver(server, `http://127.0.0.1:${port}/hook`);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      receiver.#take(request, response);
    });
    return receiver;
  }

  /** Resolves when so many messages have come in; a test that waits for too many runs into its time-out. */
  async count(messages: number): Promise<readonly Received[]> {
    while (this.received.length < messages) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
    return this.received;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const message = { headers: request.headers, body, path: request.url ?? '' };
      this.received.push(message);
      this.behaviour(message, this.received.length, response);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    });
  }
}

/** The names of the images, tags and the like that messages tell of, in order. */
export function toldTags(messages: readonly Received[]): readonly string[] {
  return messages.map(({ body }) => {
    const { data } = JSON.parse(body) as { readonly data: Readonly<Record<string, unknown>> };
    const told = data['tag'] ?? data['type'] ?? '';
    return typeof told === 'string' ? told : '';
  });
}

/** What a receiver reads by the libraries of both specifications. @throws Error when one of them refuses the message */
export function read({ headers, body }: Received, secret: string): Readonly<Record<string, unknown>> {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  new Webhook(secret).verify(body, texts);
  const event = HTTP.toEvent<unknown>({ headers: texts, body });
  if (Array.isArray(event)) throw new Error('a batch in place of an event');
  const { specversion, id, source, type, subject, datacontenttype, data } = new CloudEvent({ ...event });
  return { specversion, id, source, type, subject, datacontenttype, data };
}
