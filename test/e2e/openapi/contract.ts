import { operationsOf } from './api-document.js';
import type { ApiDocument, Operation, Schema } from './api-document.js';
import { ApiSchemas } from './api-schemas.js';

/** A request as it was sent, and the answer to it. */
export interface Exchange {
  readonly method: string;
  /** With its query, without the host. */
  readonly path: string;
  /** Names in small letters. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody?: unknown;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Headers whose meaning is the protocol's own, and need no telling. */
const ownHeaders: ReadonlySet<string> = new Set(['authorization', 'content-type', 'accept']);

/** Headers that are ours: an answer may have them only where the document says so. */
const toldHeaders = [
  'etag',
  'x-tagalong-position',
  'x-next-cursor',
  'x-should-retry',
  'retry-after',
  'x-correlation-id',
];

/** Compares exchanges with the document, and keeps what has been seen. */
export class Contract {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly schemas: ApiSchemas;
  readonly #statuses = new Map<string, Set<string>>();
  readonly #patterns: readonly (readonly [RegExp, string])[];

  constructor(document: ApiDocument) {
    this.operations = operationsOf(document);
    this.schemas = new ApiSchemas(document.components.schemas);
    // A path without parameters goes before one that would take its words for a value.
    this.#patterns = [...this.operations.keys()]
      .sort((a, b) => a.split('{').length - b.split('{').length)
      .map((route) => [new RegExp(`^${route.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`), route]);
  }

  /** The operation that a request is for, for example `GET /v0/images`. */
  routeOf(method: string, path: string): string | undefined {
    const asked = `${method} ${pathname(path)}`;
    return this.#patterns.find(([pattern]) => pattern.test(asked))?.[1];
  }

  /** The statuses that a route has answered. */
  statusesOf(route: string): ReadonlySet<string> {
    return this.#statuses.get(route) ?? new Set();
  }

  /** Where an exchange is not as the document says. */
  check(exchange: Exchange): readonly string[] {
    const { method, path, status } = exchange;
    const route = this.routeOf(method, path);
    const operation = route === undefined ? undefined : this.operations.get(route);
    if (route === undefined || operation === undefined) return [`${method} ${path} is not in the document`];
    const seen = this.#statuses.get(route) ?? new Set();
    this.#statuses.set(route, seen.add(String(status)));
    const faults = [
      ...this.#answerFaults(operation, exchange),
      ...(status < 400 ? this.#requestFaults(route, operation, exchange) : []),
    ];
    return faults.map((fault) => `${method} ${path} ${status}: ${fault}`);
  }

  #answerFaults(operation: Operation, { status, headers, text }: Exchange): readonly string[] {
    const answer = operation.responses[String(status)];
    if (answer === undefined) return [`the status is not in the document: ${text}`];
    const told = new Map(Object.entries(answer.headers).map(([name, header]) => [name.toLowerCase(), header]));
    const faults: string[] = [];
    for (const name of toldHeaders) {
      const value = headers.get(name);
      const header = told.get(name);
      if (value === null && header?.required === true) faults.push(`the header ${name} is missing`);
      if (value !== null && header === undefined) faults.push(`the header ${name} is not in the document`);
      if (value !== null && header !== undefined) faults.push(...this.schemas.faults(header.schema, value));
    }
    if (answer.content === undefined) return text === '' ? faults : [...faults, 'there should be no body'];
    const mediaType = headers.get('content-type')?.split(';', 1)[0] ?? 'none';
    const schema = answer.content[mediaType]?.schema;
    if (schema === undefined) return [...faults, `the media type ${mediaType} is not in the document`];
    for (const value of valuesIn(mediaType, text)) faults.push(...this.#bodyFaults(schema, value));
    if (status >= 400) faults.push(...codeFaults(answer.description, text));
    return faults;
  }

  #bodyFaults(schema: Schema, value: unknown): readonly string[] {
    const faults = this.schemas.faults(schema, value);
    if (faults.length === 0) this.schemas.note(schema, value);
    // Every variant of a union has its own complaints; the first few tell enough.
    return faults.length === 0 ? [] : [`${faults.slice(0, 3).join(', ')} in ${JSON.stringify(value)}`];
  }

  /** What was accepted must be what the document says may be sent. */
  #requestFaults(route: string, operation: Operation, exchange: Exchange): readonly string[] {
    const { method, path, requestHeaders, requestBody } = exchange;
    const sent = new Map<string, string>();
    for (const [name, value] of pathValues(route, `${method} ${pathname(path)}`)) sent.set(`path ${name}`, value);
    for (const [name, value] of new URL(path, 'http://service').searchParams) sent.set(`query ${name}`, value);
    for (const [name, value] of Object.entries(requestHeaders)) {
      if (!ownHeaders.has(name)) sent.set(`header ${name}`, value);
    }
    const told = new Map(
      operation.parameters.map((one) => [`${one.in} ${one.in === 'header' ? one.name.toLowerCase() : one.name}`, one]),
    );
    const faults = [...sent].flatMap(([name, value]) => {
      const parameter = told.get(name);
      if (parameter === undefined) return [`${name} is not in the document`];
      return this.schemas
        .faults(parameter.schema, valueOf(parameter.schema, value))
        .map((fault) => `${name}: ${fault}`);
    });
    for (const [name, { required }] of told) if (required && !sent.has(name)) faults.push(`${name} was not sent`);
    // The lines of a batch are taken or refused one by one.
    if (requestBody === undefined || typeof requestBody === 'string') return faults;
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema === undefined) return [...faults, 'no body is in the document'];
    return [...faults, ...this.schemas.faults(schema, requestBody).map((fault) => `body: ${fault}`)];
  }
}

function pathname(path: string): string {
  return path.split('?', 1)[0] ?? path;
}

/** The values of a path's parameters. */
function pathValues(route: string, asked: string): readonly (readonly [string, string])[] {
  const values = asked.split('/');
  return route.split('/').flatMap((part, index) => {
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    return name === undefined ? [] : [[name, decodeURIComponent(values[index] ?? '')] as const];
  });
}

/** The value that a text in a path, query or header stands for. */
function valueOf({ type }: Schema, text: string): unknown {
  return type === 'integer' || type === 'boolean' ? JSON.parse(text) : text;
}

/** The documents that an answer is made of. */
function valuesIn(mediaType: string, text: string): readonly unknown[] {
  switch (mediaType) {
    case 'application/json':
      return [JSON.parse(text)];
    case 'application/x-ndjson':
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line));
    case 'text/event-stream':
      return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]): unknown => JSON.parse(data ?? ''));
    default:
      return [text];
  }
}

/** An error's code must be one of those that the document lists, where it lists any. */
function codeFaults(description: string, text: string): readonly string[] {
  const codes = [...description.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
  const body: unknown = JSON.parse(text);
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  return codes.length === 0 || codes.some((code) => code === error) ? [] : [`the code is not in the document: ${text}`];
}
