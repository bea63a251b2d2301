import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../../support/api.js';
import type { Api } from '../../support/api.js';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { parseAnswer, rawConnection } from '../../support/raw-http.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';

let service: StartedService;
let api: Api;
let admin: Robot;

beforeAll(async () => {
  service = await startService({ env: { TAGALONG_LOG_LEVEL: 'debug', TAGALONG_BODY_LIMIT: '4096' } });
  api = apiOf(service.url);
  const platform = new Platform(service);
  await platform.account('one', ['alpha']);
  admin = await platform.robot('alpha', 'admin');
  await platform.push('alpha', 'sandbox/base', 'v1', 1);
});

afterAll(async () => {
  await service.stop();
});

const credentials = (): string =>
  `Host: tagalong\r\nAuthorization: Bearer ${admin.key}\r\nX-Blaxel-Workspace: alpha\r\n`;

/** What the service answers to these bytes. */
async function answerTo(bytes: string) {
  const connection = await rawConnection(service.url);
  connection.write(bytes);
  await connection.until(/\}$/);
  const { status, headers, body } = parseAnswer(await connection.until(/\}$/));
  connection.destroy();
  return { status, headers, body: JSON.parse(body) as unknown };
}

const errorBody = (code: number, error: unknown = expect.stringMatching(/^[a-z-]+$/)): unknown => ({
  error,
  code,
  message: expect.stringMatching(/\S/) as unknown,
});

describe('an error has one shape, whoever finds it', () => {
  const cases: readonly (readonly [string, number, (credentials: string) => string])[] = [
    ['a path that cannot be decoded', 400, (who) => `GET /v0/images/sandbox/%zz HTTP/1.1\r\n${who}\r\n`],
    ['a name of 10 kB', 414, (who) => `GET /v0/images/sandbox/${'a'.repeat(10_240)} HTTP/1.1\r\n${who}\r\n`],
    ['something that is not HTTP', 400, () => 'HELO tagalong\r\n\r\n'],
    ['a method there is none of', 400, (who) => `FROB /v0/images HTTP/1.1\r\n${who}\r\n`],
    [
      'headers beyond all measure',
      431,
      (who) => `GET /v0/images HTTP/1.1\r\n${who}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
    ],
    ['a content length that is no number', 400, (who) => `POST /v0/images HTTP/1.1\r\n${who}Content-Length: x\r\n\r\n`],
    [
      'two lengths at once',
      400,
      (who) => `POST /v0/images HTTP/1.1\r\n${who}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a path there is none of', 404, (who) => `GET /v0/nothing HTTP/1.1\r\n${who}\r\n`],
    [
      'a method the path has not',
      404,
      (who) => `PATCH /v0/images/sandbox/base HTTP/1.1\r\n${who}Content-Length: 0\r\n\r\n`,
    ],
  ];

  it.each(cases)('%s', async (_what, status, bytes) => {
    const answer = await answerTo(bytes(credentials()));
    expect(answer).toMatchObject({ status, body: errorBody(status) });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(JSON.stringify(answer.body).length).toBeLessThan(600);
  });

  it('a malformed path is answered with the headers of every answer', async () => {
    const { headers } = await answerTo(`GET /v0/images/sandbox/%zz HTTP/1.1\r\n${credentials()}\r\n`);
    expect(headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('a body', () => {
  const send = (
    text: string,
    contentType: string,
    path = '/v0/images',
    method = 'POST',
  ): Promise<{ status: number; body: unknown }> =>
    fetch(`${service.url}${path}`, {
      method,
      body: text,
      headers: {
        authorization: `Bearer ${admin.key}`,
        'x-blaxel-workspace': 'alpha',
        'content-type': contentType,
      },
    }).then(async (response) => ({ status: response.status, body: await response.json() }));

  it.each([
    ['a form', 'resourceType=sandbox&name=by-form', 'application/x-www-form-urlencoded'],
    ['plain text', '{"resourceType":"sandbox","name":"by-text"}', 'text/plain'],
    ['XML', '<image/>', 'text/xml'],
  ])('%s is not taken for JSON', async (_what, text, contentType) => {
    expect(await send(text, contentType)).toEqual({ status: 415, body: errorBody(415, 'unsupported-media-type') });
  });

  it('plain text is not taken for commands', async () => {
    expect(await send('{}', 'text/plain', '/v0/commands')).toMatchObject({ status: 415 });
  });

  it('a JSON string is not taken for lines of commands', async () => {
    expect(await send('"{}\\n{}"', 'application/json', '/v0/commands')).toEqual({
      status: 400,
      body: errorBody(400, 'invalid-input'),
    });
  });

  it.each([
    ['cut off', '{"resourceType":'],
    ['with a trap in it', '{"resourceType":"sandbox","__proto__":{"name":"trapped"}}'],
    ['with a trap deep in it', '{"resourceType":"sandbox","name":{"constructor":{"prototype":{}}}}'],
  ])('that is JSON %s is refused', async (_what, text) => {
    expect(await send(text, 'application/json')).toEqual({ status: 400, body: errorBody(400, 'broken-json') });
  });

  it('beyond the limit is refused', async () => {
    const text = JSON.stringify({ name: 'a'.repeat(5_000) });
    expect(await send(text, 'application/json')).toEqual({ status: 413, body: errorBody(413, 'body-too-large') });
    expect(await send(text, 'application/x-ndjson', '/v0/commands')).toMatchObject({ status: 413 });
  });

  it('of nothing is no body, whatever its type', async () => {
    const request = '/v0/pending-image-shares/00000000-0000-4000-8000-000000000000/decline';
    expect(await send('', 'application/json', request)).toMatchObject({
      status: 404,
      body: { error: 'share-not-found' },
    });
    expect(await send('', 'application/json', '/v0/images/sandbox/none', 'DELETE')).toMatchObject({
      status: 404,
      body: { error: 'image-not-found' },
    });
    expect(await send('', 'application/json')).toMatchObject({ status: 400, body: { error: 'invalid-input' } });
  });
});

describe('a key that was put into the address', () => {
  it('opens nothing, and is neither sent back nor logged', async () => {
    const secret = 'tgl_0123456789abcdef_not-for-the-log';
    const calls = [`/v0/whoami?key=${secret}`, `/v0/nothing?key=${secret}`, `/v0/%zz?key=${secret}`];
    for (const path of calls) {
      const { status, body } = await api('GET', path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(body)).not.toContain(secret);
    }
    await api('GET', '/health/live', { headers: { 'x-correlation-id': 'after-the-secret' } });
    await expect.poll(() => service.log.join('\n')).toContain('after-the-secret');
    expect(service.log.join('\n')).not.toContain(secret);
  });
});

describe('the log', () => {
  it('has what went wrong under the correlation id of the answer', async () => {
    const { status } = await api('GET', '/v0/images?minPosition=9999999999999999', {
      key: admin.key,
      workspace: 'alpha',
      headers: { 'x-correlation-id': 'who-asks-too-early' },
    });
    expect(status).toBe(503);
    const failures = (): unknown[] =>
      service.log
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ correlationId, level }) => correlationId === 'who-asks-too-early' && level === 50);
    await expect.poll(failures).toContainEqual(expect.objectContaining({ msg: 'request failed' }));
  });
});
