import { describe, expect, it } from 'vitest';
import { validated } from '../../../src/http/validation.js';
import { CreateWorkspaceDto } from '../../../src/workspaces/commands/workspace-commands.dto.js';
import { IssueApiKeyDto } from '../../../src/workspaces/commands/service-account-commands.dto.js';

const labels = (given: unknown) => () => validated(CreateWorkspaceDto, { workspace: 'dev', labels: given });
const displayName = (given: unknown) => () => validated(CreateWorkspaceDto, { workspace: 'dev', displayName: given });

describe('labels', () => {
  it('are an object of strings', () => {
    expect(labels({ team: 'ml', 'example.org/tier': '' })().labels).toEqual({ team: 'ml', 'example.org/tier': '' });
    for (const wrong of [
      'x',
      1,
      [],
      ['a'],
      { a: 1 },
      { a: null },
      { a: { b: 'c' } },
      { '': 'x' },
      { '-a': 'x' },
      { a: '\n' },
    ]) {
      expect(labels(wrong), JSON.stringify(wrong)).toThrow('labels must be');
    }
  });
  it('are not without end', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']));
    expect(labels(many(64))).not.toThrow();
    expect(labels(many(65))).toThrow('labels must be');
    expect(labels({ ['k'.repeat(64)]: 'v' })).toThrow('labels must be');
    expect(labels({ k: 'v'.repeat(256) })).toThrow('labels must be');
  });
  it('are never called what means something to the language', () => {
    for (const name of ['constructor', '__proto__', 'prototype']) {
      expect(labels(JSON.parse(`{"${name}": "x"}`)), name).toThrow(`${name} cannot be the name`);
    }
  });
});

describe('names for people', () => {
  it('are one line of text', () => {
    expect(displayName('Ärzte ohne Grenzen 🚀')).not.toThrow();
    for (const wrong of ['', '   ', 'a\nb', 'a\u2028b', '\u0001', String.fromCharCode(0xd800), 'x'.repeat(129), 1]) {
      expect(displayName(wrong), JSON.stringify(wrong)).toThrow('displayName must be');
    }
  });
});

describe('input', () => {
  it('names what is wrong with it', () => {
    const issue = { workspace: 'dev', clientId: 'sa_1', expiresIn: '10y' };
    expect(() => validated(IssueApiKeyDto, issue)).toThrow('expiresIn must be a number of hours, days or weeks');
  });
  it('is not nested without end', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 5_000; level++) deep = { a: deep };
    expect(labels(deep)).toThrow('nested more than 16 levels');
  });
});
