import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toErrorResponse } from '../../../src/http/error-response.js';
import { invalidInput } from '../../../src/http/refusal.js';
import type { Pieces } from '../../../src/http/streamed-answer.js';
import { sendJsonLines, sendPieces } from '../../../src/http/streamed-answer.js';

let server: FastifyInstance;
const faults: string[] = [];

beforeEach(() => {
  faults.length = 0;
  const stream = { write: (line: string) => faults.push(line) };
  server = Fastify({ logger: { level: 'warn', stream }, forceCloseConnections: true });
  server.setErrorHandler((thrown, _request, reply) => {
    const { body } = toErrorResponse(thrown);
    void reply.status(body.code).send(body);
  });
});

afterEach(() => server.close());

async function serving(messages: Pieces<readonly object[]>): Promise<string> {
  server.get('/', (request, reply) => sendJsonLines(request, reply, messages));
  return server.listen({ host: '127.0.0.1', port: 0 });
}

/** These messages, until one is an error, which is thrown. */
async function* of(
  ...some: readonly (readonly object[] | Error)[]
): AsyncGenerator<readonly object[], void, undefined> {
  for (const messages of some) {
    await wait(1);
    if (messages instanceof Error) throw messages;
    yield messages;
  }
}

/** An answer whose body nobody has read yet. */
async function open(url: string): Promise<IncomingMessage> {
  const sent = httpRequest(url);
  sent.on('error', () => undefined);
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

/** A value that no longer changes. */
async function settled(value: () => number): Promise<number> {
  for (let last = value(); ; last = value()) {
    await wait(300);
    if (value() === last) return last;
  }
}

/** Lines of 10 kB without end. */
function endless(): { readonly made: () => number; readonly ended: Promise<unknown>; pieces: Pieces<object[]> } {
  let made = 0;
  let end = (reason: unknown): unknown => reason;
  const ended = new Promise((resolve) => (end = resolve));
  return {
    made: () => made,
    ended,
    async *pieces(signal) {
      try {
        for (;;) {
          signal.throwIfAborted();
          await Promise.resolve();
          made += 1;
          yield [{ made, filling: 'x'.repeat(10_000) }];
        }
      } finally {
        end(signal.aborted);
      }
    },
  };
}

describe('an answer made of JSON lines', () => {
  it('sends every message on a line of its own', async () => {
    const url = await serving(() => of([{ n: 1 }, { n: 2 }], [], [{ n: 3 }]));
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(await response.text()).toBe('{"n":1}\n{"n":2}\n{"n":3}\n');
  });

  it('may be empty', async () => {
    const response = await fetch(await serving(() => of()));
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('is an ordinary error when it cannot even begin', async () => {
    const url = await serving(() => of(invalidInput('nonsense', 'That makes no sense.')));
    const response = await fetch(url);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'nonsense', message: 'That makes no sense.' });
  });

  it('says so when it breaks off', async () => {
    const url = await serving(() => of([{ n: 1 }], invalidInput('nonsense', 'That makes no sense.')));
    expect(await (await fetch(url)).text()).toBe(
      '{"n":1}\n{"kind":"failed","error":"nonsense","code":400,"message":"That makes no sense."}\n',
    );
  });

  it('is made no faster than the client takes it', async () => {
    const { made, pieces } = endless();
    const response = await open(await serving(pieces));
    const stalledAt = await settled(made);
    response.resume();
    while (made() <= stalledAt * 2) await wait(5);
    response.destroy();
  });

  it('is made no longer than the client is there, and nobody is told that it broke off', async () => {
    const { made, ended, pieces } = endless();
    const response = await open(await serving(pieces));
    response.destroy();
    expect(await ended).toBe(true);
    expect(await settled(made)).toBe(made());
    expect(faults).toEqual([]);
  });

  it('is given up when the client goes before it begins', async () => {
    let begun = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    let gone: unknown;
    const url = await serving(async function* (signal) {
      begun();
      await once(signal, 'abort');
      gone = signal.reason;
      signal.throwIfAborted();
      yield [];
    });
    const sent = httpRequest(url);
    sent.on('error', () => undefined);
    sent.end();
    await beginning;
    sent.destroy();
    while (gone === undefined) await wait(5);
    expect(await (await fetch(`${url}/other`)).json()).toMatchObject({ statusCode: 404 });
    expect(faults).toEqual([]);
  });

  it('is not made for a HEAD request', async () => {
    const { made, pieces } = endless();
    const response = await fetch(await serving(pieces), { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type'), made()]).toEqual([
      200,
      'application/x-ndjson; charset=utf-8',
      0,
    ]);
  });
});

describe('an answer made of pieces', () => {
  it('is cut off when it breaks off, so that it cannot be taken for a whole one', async () => {
    server.get('/', (request, reply) =>
      sendPieces(request, reply, 'application/json', async function* () {
        yield '{"workspaces":[';
        await wait(1);
        throw new Error('no more');
      }),
    );
    const response = await open(await server.listen({ host: '127.0.0.1', port: 0 }));
    await expect(text(response)).rejects.toThrow('aborted');
    expect(faults.join('')).toContain('no more');
  });
});
