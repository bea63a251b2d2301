import Database from 'better-sqlite3';

/** Larger than SQLite's default: appended events fill pages in order, so fewer pages are written per commit. */
const pageSize = 8192;

/**
 * The connection that writes: write-ahead log, and every commit flushed to the disk before it is answered.
 *
 * @param inspect may look at the file, and refuse it by throwing, before anything in it is changed
 */
export function openForWriting(file: string, inspect?: (db: Database.Database) => void): Database.Database {
  const db = new Database(file);
  try {
    inspect?.(db);
    db.pragma(`page_size = ${pageSize}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('cache_size = -16384');
    db.pragma('wal_autocheckpoint = 1000');
    db.pragma('journal_size_limit = 67108864');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A connection that only reads what is committed. The file must be open for writing elsewhere in the process. */
export function openForReading(file: string): Database.Database {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  db.pragma('cache_size = -16384');
  return db;
}
