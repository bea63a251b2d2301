import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../src/config/config.js';
import { placeOf } from '../../../src/read-model/postgres/postgres.settings.js';

const url = 'postgres://tagalong:p%40ss@db.example:5433/catalog?sslmode=verify-full';

function faultOf(environment: Readonly<Record<string, string>>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('the place of the read model', () => {
  it('is the data directory unless something else is said', () => {
    expect(readConfig({}).readModel).toEqual({ kind: 'embedded' });
    expect(readConfig({ TAGALONG_READ_MODEL: 'embedded' }).readModel).toEqual({ kind: 'embedded' });
  });

  it('may be a database, with what it may cost there', () => {
    expect(readConfig({ TAGALONG_READ_MODEL: url, TAGALONG_READ_MODEL_CONNECTIONS: '4' }).readModel).toEqual({
      kind: 'postgres',
      settings: {
        url,
        schema: 'tagalong',
        connections: 4,
        connectTimeoutMs: 5_000,
        statementTimeoutMs: 30_000,
        lockTimeoutMs: 5_000,
        idleInTransactionTimeoutMs: 10_000,
      },
    });
  });

  it.each([
    'sqlite',
    'postgres',
    'http://db.example/catalog',
    'postgres://db.example/catalog',
    'postgres://user:p%ss@db.example/catalog',
  ])('is not %s', (text) => {
    expect(faultOf({ TAGALONG_READ_MODEL: text })).toMatch(
      /TAGALONG_READ_MODEL: must be embedded, or the URL of a PostgreSQL database/,
    );
  });

  it('is never echoed with its password', () => {
    expect(faultOf({ TAGALONG_READ_MODEL: 'postgres://:secret@/%zz' })).not.toContain('secret');
    expect(placeOf({ url, schema: 'tagalong' })).toBe('in schema tagalong of database catalog at db.example:5433');
  });

  it.each(['pg_mine', '1st', 'Upper', 'a-b', 'a;b', 'a'.repeat(64)])('cannot be schema %s', (schema) => {
    expect(faultOf({ TAGALONG_READ_MODEL: url, TAGALONG_READ_MODEL_SCHEMA: schema })).toMatch(
      /TAGALONG_READ_MODEL_SCHEMA: must be 1 to 63 of a-z, 0-9 and _/,
    );
  });

  it('takes two connections at least', () => {
    expect(faultOf({ TAGALONG_READ_MODEL_CONNECTIONS: '1' })).toMatch(/TAGALONG_READ_MODEL_CONNECTIONS/);
  });
});
