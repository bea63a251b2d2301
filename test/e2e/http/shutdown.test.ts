import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { rawConnection } from '../../support/raw-http.js';
import type { RawConnection } from '../../support/raw-http.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

let service: StartedService;
let robot: Robot;

beforeEach(async () => {
  service = await startService({ env: { TAGALONG_SHUTDOWN_MS: '60000' } });
  const platform = new Platform(service);
  await platform.account('one', ['alpha']);
  robot = await platform.robot('alpha', 'admin');
});

afterEach(() => service.kill());

const credentials = (): string =>
  `Host: tagalong\r\nAuthorization: Bearer ${robot.key}\r\nX-Blaxel-Workspace: alpha\r\n`;

/** A push whose body is still to come. */
async function pushUnderWay(): Promise<{ readonly connection: RawConnection; readonly body: string }> {
  const body = JSON.stringify({ digest: digestOf(1), size: 1 });
  const connection = await rawConnection(service.url);
  connection.write(
    `PUT /v0/images/sandbox/base/tags/v1 HTTP/1.1\r\n${credentials()}Content-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
  );
  await connection.until('100 Continue');
  return { connection, body };
}

const isLogged = (text: string): Promise<void> =>
  expect.poll(() => service.log.join('\n'), { timeout: 10_000 }).toContain(text);

describe('a shutdown', () => {
  it('answers what was accepted, and waits for nothing else', async () => {
    const { connection, body } = await pushUnderWay();
    const neverUsed = await rawConnection(service.url);
    const usedBefore = await rawConnection(service.url);
    usedBefore.write(`GET /v0/whoami HTTP/1.1\r\n${credentials()}\r\n`);
    await usedBefore.until('service-account');

    const stopped = service.stop();
    await isLogged('finishing what is under way');
    expect(await neverUsed.rest()).toBe('');
    await usedBefore.rest();
    await expect(rawConnection(service.url)).rejects.toThrow();

    connection.write(body);
    const answer = await connection.rest();
    expect(answer).toContain('HTTP/1.1 200');
    expect(answer).toContain('"tags":[{"name":"v1"');
    await stopped;
    expect(service.log.join('\n')).not.toContain('still under way');
  });

  it('lets clients know that a connection is not to be used again, and takes nothing that comes on it all the same', async () => {
    const { connection, body } = await pushUnderWay();
    const stopped = service.stop();
    await isLogged('finishing what is under way');
    const another = `PUT /v0/images/sandbox/late/tags/v1 HTTP/1.1\r\n${credentials()}Content-Type: application/json\r\n`;
    connection.write(`${body}${another}Content-Length: ${body.length}\r\n\r\n${body}`);
    const answer = await connection.rest();
    expect(answer).toContain('"tags":[{"name":"v1"');
    expect(answer).toMatch(/^connection: close\r$/im);
    expect(answer).not.toContain('late');
    await stopped;
    expect(service.log.join('\n')).not.toContain('sandbox/late/tags/v1","status":200');
  });
});
