import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { CliError, InterruptedError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { World } from '../world.js';
import { ApiError } from './api-error.js';
import { ConnectionError } from './connection-error.js';
import { errorBodySchema } from './error-body.js';
import { parseJsonLine } from './json-lines.js';
import type { RetryPolicy } from './retry.js';
import { delayBefore, isRetriable, parseRetryAfter } from './retry.js';

export type QueryValue = string | number | boolean | undefined;
export type Query = Readonly<Record<string, QueryValue>>;

/** Whom to talk to, as whom, and how. */
export interface ApiClientOptions {
  /** With the path prefix of the API, without a slash at the end: `http://127.0.0.1:8080/v0`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The workspace requests are about; none for what concerns no workspace. */
  readonly workspace?: string | undefined;
  /** Milliseconds until an answer has to be there; of one of unbounded length, its beginning. */
  readonly timeout: number;
  readonly retry: RetryPolicy;
  /** Version of this client, for the log of the service. */
  readonly version: string;
  /** Under which the service logs and records all of these requests. */
  readonly correlationId: string;
  /** Told of every request and answer. Never of the credential. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** What a writing command says about itself. */
export interface WriteOptions {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** Why, for the record. */
  readonly reason?: string | undefined;
  /** The id of the command; made here when absent. Repeated tries always carry the same one. */
  readonly idempotencyKey?: string | undefined;
}

/** An answer with what its headers say. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Aborts this exchange besides the interruption of the whole command. */
  readonly signal?: AbortSignal | undefined;
  readonly trail?: Trail | undefined;
}

/** What is known of the tries of a write. */
interface Trail {
  /** True once the service may have received the request without an answer that tells what it did. */
  mayHaveArrived: boolean;
}

/**
 * The HTTP API. Connections that break and answers that say "not now" are met by trying again, a bounded number of times
 * and with the same idempotency key, so that a write has one effect.
 */
export class ApiClient {
  private readonly interruption: AbortSignal;

  constructor(
    private readonly options: ApiClientOptions,
    private readonly world: Pick<World, 'sleep' | 'interruption'>,
  ) {
    this.interruption = world.interruption();
  }

  /** @throws ApiError, ConnectionError, InterruptedError */
  async get<T>(path: string, schema: z.ZodType<T>, query?: Query): Promise<T> {
    return (await this.getAnswer(path, schema, query)).body;
  }

  /** Like {@link get}, with the headers of the answer. */
  async getAnswer<T>(path: string, schema: z.ZodType<T>, query?: Query): Promise<Answer<T>> {
    return this.parsed(await this.exchange({ method: 'GET', path, query, headers: {} }), schema);
  }

  /** @throws ApiError, ConnectionError, InterruptedError */
  async write<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, schema: z.ZodType<T>, options: WriteOptions = {}) {
    const idempotencyKey = options.idempotencyKey ?? randomUUID();
    const headers: Record<string, string> = {
      'idempotency-key': idempotencyKey,
      'x-tagalong-via': 'cli',
      ...(options.reason !== undefined && { 'x-tagalong-reason': encodeURIComponent(options.reason) }),
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
    };
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const trail: Trail = { mayHaveArrived: false };
    try {
      return this.parsed(await this.exchange({ method, path, query: options.query, headers, body, trail }), schema);
    } catch (error) {
      throw trail.mayHaveArrived ? outcomeUnknown(error, idempotencyKey) : error;
    }
  }

  /**
   * Begins an answer of unbounded length. Only its beginning is subject to the time limit and tried again.
   *
   * @throws ApiError, ConnectionError, InterruptedError
   */
  async stream(
    method: 'GET' | 'POST',
    path: string,
    options: {
      readonly accept: string;
      readonly query?: Query | undefined;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | undefined;
      readonly signal?: AbortSignal;
    },
  ): Promise<Response> {
    const headers = { accept: options.accept, ...options.headers };
    const { query, body, signal } = options;
    return this.begin({ method, path, query, headers, body, signal });
  }

  /**
   * Sends JSON lines and answers the lines that come back. Made for commands that carry their own ids: a break in the
   * middle of the answer counts as no answer, and everything is sent again.
   *
   * @throws ApiError, ConnectionError, InterruptedError
   */
  async sendLines<T>(path: string, body: string, schema: z.ZodType<T>): Promise<readonly T[]> {
    const headers = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson', 'x-tagalong-via': 'cli' };
    const { body: text } = await this.exchange({ method: 'POST', path, headers, body });
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => parseJsonLine(line, schema));
  }

  /** The whole answer; a break in the middle counts as no answer. */
  private async exchange(exchange: Exchange): Promise<Answer<string>> {
    return this.repeated(exchange, async (response) => ({
      status: response.status,
      headers: response.headers,
      body: await response.text(),
    }));
  }

  private async begin(exchange: Exchange): Promise<Response> {
    return this.repeated(exchange, (response) => Promise.resolve(response));
  }

  private async repeated<T>(exchange: Exchange, use: (response: Response) => Promise<T>): Promise<T> {
    const { retry } = this.options;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(exchange, use);
      if (outcome.kind === 'answer') return outcome.value;
      const delay = outcome.isFinal ? undefined : delayBefore(attempt, outcome.retryAfter, retry, Math.random());
      if (delay === undefined) throw outcome.error;
      this.options.trace?.(`* ${outcome.error.message}; trying again in ${String(delay)} ms`);
      await this.world.sleep(delay, this.interruption);
    }
  }

  private async attempt<T>(exchange: Exchange, use: (response: Response) => Promise<T>): Promise<Outcome<T>> {
    const { trace, baseUrl, timeout } = this.options;
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(new DOMException('the answer did not come in time', 'TimeoutError'));
    }, timeout);
    try {
      const response = await this.send(exchange, late.signal);
      if (response.status >= 500) leave(exchange.trail);
      trace?.(`< ${String(response.status)} ${response.headers.get('x-correlation-id') ?? ''}`.trimEnd());
      if (response.ok) return { kind: 'answer', value: await use(response) };
      const error = refusal(response, await response.text(), baseUrl);
      const retryAfter = parseRetryAfter(response.headers.get('retry-after'), Date.now());
      return { kind: 'none', error, retryAfter, isFinal: !isRetriable(response.status) };
    } catch (thrown) {
      const error = ConnectionError.from(thrown, baseUrl);
      if (error.mayHaveArrived) leave(exchange.trail);
      this.interruption.throwIfAborted();
      exchange.signal?.throwIfAborted();
      return { kind: 'none', error, retryAfter: undefined, isFinal: error.isPermanent };
    } finally {
      clearTimeout(timer);
    }
  }

  private async send({ method, path, query, headers, body, signal }: Exchange, late: AbortSignal): Promise<Response> {
    const { apiKey, workspace, version, correlationId, trace, baseUrl } = this.options;
    const url = `${baseUrl}${path}${queryText(query)}`;
    trace?.(`> ${method} ${url}`);
    return fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        'user-agent': `tagalong-cli/${version}`,
        'x-correlation-id': correlationId,
        authorization: `Bearer ${apiKey}`,
        ...(workspace !== undefined && { 'x-blaxel-workspace': workspace }),
        ...headers,
      },
      // A redirect would carry the credential to wherever it points.
      redirect: 'manual',
      signal: AbortSignal.any([this.interruption, late, ...(signal === undefined ? [] : [signal])]),
      ...(body !== undefined && { body }),
    });
  }

  private parsed<T>(answer: Answer<string>, schema: z.ZodType<T>): Answer<T> {
    const result = schema.safeParse(parseJson(answer.body, this.options.baseUrl));
    if (result.success) return { ...answer, body: result.data };
    const issue = result.error.issues[0];
    const field = issue === undefined || issue.path.length === 0 ? 'the answer' : issue.path.join('.');
    throw new CliError(
      `${this.options.baseUrl} answered something unexpected: ${field}: ${issue?.message ?? 'is malformed'}`,
      exitCodes.failed,
      'do the versions of the service and of this command line fit together?',
    );
  }
}

type Outcome<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | {
      readonly kind: 'none';
      readonly error: CliError;
      readonly retryAfter: number | undefined;
      readonly isFinal: boolean;
    };

function refusal(response: Response, text: string, base: string): CliError {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    return new CliError(
      `${base} sends elsewhere: ${headers.get('location') ?? 'without saying where'}`,
      exitCodes.unavailable,
      'give the right address with --url or `tagalong login --url`',
    );
  }
  const body = errorBodySchema.safeParse(jsonOrUndefined(text));
  if (!body.success) return new ApiError(status, 'unknown', `${base} answered with status ${String(status)}`);
  const { error, message, details } = body.data;
  return new ApiError(status, error, message ?? error, details, headers.get('x-correlation-id') ?? undefined);
}

function leave(trail: Trail | undefined): void {
  if (trail !== undefined) trail.mayHaveArrived = true;
}

/**
 * A write whose answer is missing may have been done. Saying how to repeat it safely is part of the message. A refusal
 * in the end says that it was not: it was asked under the same id.
 */
function outcomeUnknown(error: unknown, idempotencyKey: string): unknown {
  if (error instanceof ApiError && error.status < 500) return error;
  if (!(error instanceof ApiError || error instanceof ConnectionError || error instanceof InterruptedError))
    return error;
  const repeat = `whether it was done is unknown; the same command with --idempotency-key ${idempotencyKey} does it at most once`;
  const hint = error.hint === undefined ? repeat : `${error.hint}\n${repeat}`;
  return new CliError(error.message, error.exitCode, hint, { cause: error });
}

function parseJson(text: string, base: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(
      `${base} answered something that is not JSON`,
      exitCodes.failed,
      'is this the address of a Tagalong service? (--url, TAGALONG_URL)',
      { cause },
    );
  }
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's error page; the status says enough.
    return undefined;
  }
}

function queryText(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}
