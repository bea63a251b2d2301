import { randomUUID } from 'node:crypto';
import type { Contract, Exchange } from './contract.js';

export interface Call {
  /** The operator's when none is given; `null` for none at all. */
  readonly key?: string | null;
  readonly workspace?: string;
  /** An object is sent as JSON, a text as NDJSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call that went well. */
export interface Example {
  readonly method: string;
  readonly path: string;
  readonly call: Call;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of the answer; the text when it is none. */
  readonly body: unknown;
}

/** Calls a service and compares every exchange with its document. */
export class Recorder {
  /** Where an exchange was not as the document says, or not as the story expects. */
  readonly faults: string[] = [];
  /** The first exchange of every route that went well, as an example for other calls. */
  readonly examples = new Map<string, Example>();

  constructor(
    private url: string,
    private readonly operatorKey: string,
    private readonly contract: Contract,
  ) {}

  /** Goes on with the service at another address. */
  moveTo(url: string): void {
    this.url = url;
  }

  /** Sends a request that should be answered with this status. */
  async expect(status: number, method: string, path: string, call: Call = {}): Promise<Answer> {
    const answer = await this.send(method, path, call);
    if (answer.status !== status) {
      this.faults.push(`${method} ${path}: ${answer.status} in place of ${status}: ${answer.text}`);
    }
    return answer;
  }

  async send(method: string, path: string, call: Call = {}): Promise<Answer> {
    const { headers, body } = requestOf(call, this.operatorKey);
    const response = await fetch(`${this.url}${path}`, { method, headers, ...(body !== undefined && { body }) });
    const text = await textOf(response);
    this.#record(call, {
      method,
      path,
      requestHeaders: headers,
      ...(call.body !== undefined && { requestBody: call.body }),
      status: response.status,
      headers: response.headers,
      text,
    });
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  #record(call: Call, exchange: Exchange): void {
    this.faults.push(...this.contract.check(exchange));
    const { method, path, status } = exchange;
    const route = this.contract.routeOf(method, path);
    if (status < 300 && route !== undefined && !this.examples.has(route)) {
      this.examples.set(route, { method, path, call });
    }
  }
}

function requestOf({ key, workspace, body, headers = {} }: Call, operatorKey: string) {
  const mediaType = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
  return {
    headers: {
      'x-correlation-id': randomUUID(),
      ...(key !== null && { authorization: `Bearer ${key ?? operatorKey}` }),
      ...(workspace !== undefined && { 'x-blaxel-workspace': workspace }),
      ...(body !== undefined && { 'content-type': mediaType }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

/** The text of an answer; of a stream of events, what it says until it has caught up. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true || response.body === null) {
    return response.text();
  }
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (/^event: caught-up\ndata: .*\n\n/m.test(text)) break;
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
