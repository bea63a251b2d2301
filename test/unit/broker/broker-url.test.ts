import { describe, expect, it } from 'vitest';
import { loginOf, parseBrokerUrl, placeOfBroker, withoutCredentials } from '../../../src/broker/broker-url.js';
import { ConfigError, readConfig } from '../../../src/config/config.js';

function faultOf(environment: Readonly<Record<string, string>>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('the URL of a broker', () => {
  it.each([
    ['nats://127.0.0.1:4222', 'nats', 'NATS at 127.0.0.1:4222'],
    ['nats://me:s%40crt@a.example:4222,nats://b.example', 'nats', 'NATS at a.example:4222, b.example'],
    ['tls://nats.example', 'nats', 'NATS at nats.example'],
    ['amqp://guest:guest@127.0.0.1:5672', 'rabbitmq', 'RabbitMQ at 127.0.0.1:5672'],
    ['amqps://me:secret@mq.example/my%2Fvhost', 'rabbitmq', 'RabbitMQ at mq.example'],
  ])('%s', (text, kind, place) => {
    const url = parseBrokerUrl(text);
    expect(url?.kind).toBe(kind);
    expect(url === undefined ? '' : placeOfBroker(url)).toBe(place);
  });

  it.each([
    '',
    'nats',
    'nats://',
    'redis://127.0.0.1',
    'http://127.0.0.1:4222',
    'nats://127.0.0.1/subject',
    'amqp://me:p%ss@127.0.0.1',
    'nats://127.0.0.1,amqp://127.0.0.1',
    'nats://127.0.0.1,',
  ])('is not "%s"', (text) => {
    expect(parseBrokerUrl(text)).toBeUndefined();
  });

  it('says who connects', () => {
    expect(loginOf('nats://me:s%40crt@a.example')).toEqual({ user: 'me', password: 's@crt' });
    expect(loginOf('nats://t0ken@a.example')).toEqual({ user: 't0ken' });
    expect(loginOf('nats://a.example')).toBeUndefined();
  });

  it('gives its secrets to nobody', () => {
    const url = parseBrokerUrl('nats://me:s%40crt@a.example,nats://t0ken@b.example');
    expect(url === undefined ? '' : withoutCredentials(url, 'with s@crt or s%40crt or t0ken')).toBe(
      'with *** or *** or ***',
    );
  });
});

describe('the setting of the broker', () => {
  it('is absent, and commands come over HTTP alone', () => {
    expect(readConfig({}).broker).toBeUndefined();
    expect(readConfig({ COMMAND_BUS_URL: '' }).broker).toBeUndefined();
  });

  it.each(['TAGALONG_COMMAND_BUS_URL', 'COMMAND_BUS_URL'])('goes by the name %s', (name) => {
    expect(readConfig({ [name]: 'nats://127.0.0.1:4222' }).broker).toEqual({
      kind: 'nats',
      servers: ['nats://127.0.0.1:4222'],
      prefix: 'tagalong',
      concurrency: 64,
      retries: 5,
      retryMs: 2_000,
    });
  });

  it('may be said twice, but not in two ways', () => {
    const [one, other] = ['nats://127.0.0.1:4222', 'nats://127.0.0.1:4223'];
    expect(readConfig({ TAGALONG_COMMAND_BUS_URL: one, COMMAND_BUS_URL: one }).broker?.servers).toEqual([one]);
    expect(faultOf({ TAGALONG_COMMAND_BUS_URL: one, COMMAND_BUS_URL: other })).toMatch(
      /TAGALONG_COMMAND_BUS_URL: COMMAND_BUS_URL says something else and means the same; set one of them/,
    );
  });

  it('that is not one is refused with what it must be, and without what it holds', () => {
    const fault = faultOf({ COMMAND_BUS_URL: 'redis://me:hush@127.0.0.1' });
    expect(fault).toMatch(/TAGALONG_COMMAND_BUS_URL: must be nats:\/\/.*amqp:\/\//);
    expect(fault).not.toContain('hush');
  });

  it.each(['', 'a b', 'a..b', 'a.*', '>', 'a.b.c.d.e', '$SYS'])('has no prefix "%s"', (prefix) => {
    const given = { TAGALONG_COMMAND_BUS_PREFIX: prefix };
    if (prefix === '') expect(readConfig({ ...given, COMMAND_BUS_URL: 'nats://h' }).broker?.prefix).toBe('tagalong');
    else expect(faultOf(given)).toMatch(/TAGALONG_COMMAND_BUS_PREFIX: must be/);
  });
});
