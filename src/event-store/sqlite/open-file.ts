import { closeSync, existsSync, openSync } from 'node:fs';
import { SqliteError } from 'better-sqlite3';
import { damaged } from '../unusable-store.error.js';
import { openForWriting } from './connection.js';
import { checkOnOpening } from './opening-check.js';
import { migrate, requireKnownSchema, storeValue } from './schema.js';

/**
 * Creates the file, for its owner alone, if there is none, brings it to the present schema and looks whether it is sound.
 *
 * @returns the identity written into it at its birth
 * @throws UnusableStoreError when it cannot be used
 */
export function prepareFile(file: string): string {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  let db;
  try {
    db = openForWriting(file, requireKnownSchema);
    migrate(db);
    const storeId = storeValue(db, 'store_id');
    if (typeof storeId !== 'string') throw damaged(file, 'it has no identity');
    checkOnOpening(db);
    return storeId;
  } catch (error) {
    throw isDamage(error) ? damaged(file, error.message, { cause: error }) : error;
  } finally {
    db?.close();
  }
}

/** SQLite's own word for a file that is not, or no longer, a database. */
export function isDamage(error: unknown): error is Error {
  return error instanceof SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}
