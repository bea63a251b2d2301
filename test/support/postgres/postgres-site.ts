import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { describe, inject } from 'vitest';
import { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { PostgresReadModelOptions } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { PostgresSettings } from '../../../src/read-model/postgres/postgres.settings.js';
import { runStatement } from './run-statement.js';
import { defaultPostgresSettings } from '../../../src/read-model/postgres/postgres.settings.js';

const server = inject('postgres');

/** The server of this test run. @throws Error when there is none; tests that need it are in {@link describePostgres} */
export function postgresUrl(): string {
  if ('missing' in server) throw new Error(`there is no PostgreSQL server: ${server.missing}`);
  return server.url;
}

/** Like `describe`, for tests that need the server. Without one they are skipped and counted. */
export const describePostgres = describe.skipIf('missing' in server);

/** A schema of its own for one test. */
export class PostgresSite {
  readonly settings: PostgresSettings;

  constructor(settings: Partial<PostgresSettings> = {}) {
    const schema = `test_${randomBytes(6).toString('hex')}`;
    this.settings = { ...defaultPostgresSettings, connections: 6, url: postgresUrl(), schema, ...settings };
  }

  open<Schema>(options?: PostgresReadModelOptions): Promise<PostgresReadModel<Schema>> {
    return PostgresReadModel.open<Schema>(this.settings, options);
  }

  async dispose(): Promise<void> {
    await asSuperuser(`DROP SCHEMA IF EXISTS "${this.settings.schema}" CASCADE`);
  }
}

/** Runs one statement on a connection of its own. */
export function asSuperuser(statement: string, url: string = postgresUrl()): Promise<pg.QueryResult> {
  return runStatement(statement, url);
}
