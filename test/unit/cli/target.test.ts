import { describe, expect, it } from 'vitest';
import { CliError, UsageError } from '../../../src/cli/cli-error.js';
import { isExposed, normalizeBaseUrl } from '../../../src/cli/config/base-url.js';
import type { ContextFile } from '../../../src/cli/config/contexts.js';
import { requireKey, resolveTarget } from '../../../src/cli/config/target.js';

const none: ContextFile = { version: 1, contexts: {} };
const file: ContextFile = {
  version: 1,
  current: 'home',
  contexts: {
    home: { url: 'http://home/v0', apiKey: 'home-key', workspace: 'home-ws' },
    office: { url: 'http://office/v0', apiKey: 'office-key' },
  },
};

describe('where a command goes', () => {
  it.each([
    ['nothing is set', {}, {}, none, ['http://127.0.0.1:8080/v0', undefined, undefined]],
    ['there is a context', {}, {}, file, ['http://home/v0', 'home-key', 'home-ws']],
    ['another context is named', { context: 'office' }, {}, file, ['http://office/v0', 'office-key', undefined]],
    [
      'the environment says all',
      {},
      { TAGALONG_URL: 'http://env', TAGALONG_API_KEY: 'env-key', TAGALONG_WORKSPACE: 'env-ws' },
      file,
      ['http://env/v0', 'env-key', 'env-ws'],
    ],
    ['the environment says the workspace', {}, { TAGALONG_WORKSPACE: 'w' }, file, ['http://home/v0', 'home-key', 'w']],
    ['the environment says the key', {}, { TAGALONG_API_KEY: 'k' }, file, ['http://home/v0', 'k', 'home-ws']],
    [
      'an option says the workspace',
      { workspace: 'o' },
      { TAGALONG_WORKSPACE: 'w' },
      file,
      ['http://home/v0', 'home-key', 'o'],
    ],
    [
      'a context is named and the environment says all',
      { context: 'home' },
      { TAGALONG_URL: 'http://env', TAGALONG_API_KEY: 'env-key', TAGALONG_WORKSPACE: 'env-ws' },
      file,
      ['http://home/v0', 'home-key', 'home-ws'],
    ],
    [
      'only the fallbacks are set',
      {},
      { BL_API_URL: 'http://bl/v0', BL_API_KEY: 'bl-key', BL_WORKSPACE: 'bl-ws' },
      none,
      ['http://bl/v0', 'bl-key', 'bl-ws'],
    ],
    [
      'the fallbacks and a context are set',
      {},
      { BL_API_URL: 'http://bl/v0', BL_API_KEY: 'bl-key', BL_WORKSPACE: 'bl-ws' },
      file,
      ['http://home/v0', 'home-key', 'home-ws'],
    ],
    [
      'variables are set to nothing',
      {},
      { TAGALONG_URL: '', TAGALONG_API_KEY: '' },
      file,
      ['http://home/v0', 'home-key', 'home-ws'],
    ],
  ])('when %s', (_, options, env, contexts, [baseUrl, apiKey, workspace]) => {
    expect(resolveTarget(options, env, contexts)).toMatchObject({ baseUrl, apiKey, workspace });
  });
});

describe('a credential goes only to the address it was given for', () => {
  it.each([
    ['the key of a context', { url: 'http://evil' }, {}, file, 'the one of the current context is for http://home/v0'],
    ['the key of a context', {}, { TAGALONG_URL: 'http://evil' }, file, 'is for http://home/v0'],
    [
      'BL_API_KEY',
      {},
      { TAGALONG_URL: 'http://evil', BL_API_URL: 'http://bl', BL_API_KEY: 'k' },
      none,
      'BL_API_KEY is for http://bl',
    ],
    ['BL_API_KEY without its address', {}, { BL_API_KEY: 'k' }, none, 'BL_API_URL, which is not set'],
  ])('%s', (_, options, env, contexts, reason) => {
    const target = resolveTarget(options, env, contexts);
    expect(target.apiKey).toBeUndefined();
    expect(() => requireKey(target)).toThrow(CliError);
    expect(() => requireKey(target)).toThrow(reason);
  });

  it('however the address is written', () => {
    for (const url of ['http://home', 'http://home/', 'http://home/v0/', 'HTTP://HOME:80/v0']) {
      expect(resolveTarget({ url }, {}, file).apiKey).toBe('home-key');
    }
  });
});

it('an unknown context is refused, with those there are', () => {
  expect(() => resolveTarget({ context: 'gone' }, {}, file)).toThrow(UsageError);
});

describe('addresses', () => {
  it.each([
    ['http://h:1', 'http://h:1/v0'],
    ['https://h/', 'https://h/v0'],
    ['https://h/v0', 'https://h/v0'],
    ['https://h/tagalong/', 'https://h/tagalong/v0'],
    ['https://h/tagalong/v0//', 'https://h/tagalong/v0'],
    ['https://h/v0?x=1#y', 'https://h/v0'],
  ])('%s is %s', (text, expected) => {
    expect(normalizeBaseUrl(text, 'it')).toBe(expected);
  });

  it.each(['', 'localhost:8080', 'h', 'file:///etc/passwd', 'http://user:secret@h'])('%s is refused', (text) => {
    expect(() => normalizeBaseUrl(text, 'TAGALONG_URL')).toThrow(/^TAGALONG_URL: /);
  });

  it.each([
    ['http://127.0.0.1:8080/v0', false],
    ['http://localhost/v0', false],
    ['http://registry.localhost/v0', false],
    ['http://[::1]:8080/v0', false],
    ['https://tagalong.example.com/v0', false],
    ['http://tagalong.example.com/v0', true],
    ['http://10.0.0.1/v0', true],
  ])('a key to %s can be read on the way: %s', (url, expected) => {
    expect(isExposed(url)).toBe(expected);
  });
});
