import type { Database } from 'better-sqlite3';
import { v4 as uuid } from 'uuid';
import { UnusableStoreError } from '../unusable-store.error.js';

/** Written into the file's header, so that any other SQLite file is recognized: "Tgln". */
const applicationId = 0x54676c6e;

/**
 * One step per schema version. Never changed once released: a new need is a new step.
 *
 * Events carry their stream's name, so the log alone is the whole truth. `stream_runs` finds a
 * stream's events by a hash of its name: each row holds the positions of some events that follow
 * each other in their stream. It covers the events up to `indexed_through` and is written behind, in
 * order, because keeping it current with every append costs more than the append.
 */
const migrations: readonly ((db: Database) => void)[] = [
  (db) => {
    db.exec(`
      CREATE TABLE store (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        revision INTEGER NOT NULL,
        continues INTEGER NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        metadata TEXT NOT NULL,
        data TEXT NOT NULL
      ) STRICT;
      CREATE TABLE stream_runs (
        stream_hash INTEGER NOT NULL,
        first_revision INTEGER NOT NULL,
        first_position INTEGER NOT NULL,
        positions TEXT NOT NULL,
        PRIMARY KEY (stream_hash, first_revision, first_position)
      ) STRICT, WITHOUT ROWID;
    `);
    const put = db.prepare('INSERT INTO store (key, value) VALUES (?, ?)');
    put.run('store_id', uuid());
    put.run('indexed_through', 0n);
  },
];

/**
 * For those who write: the file is empty, or has a schema this release can bring up to date.
 *
 * @throws UnusableStoreError when the file belongs to something else or to a newer release
 */
export function requireKnownSchema(db: Database): void {
  const version = numberPragma(db, 'user_version');
  const ours = numberPragma(db, 'application_id') === applicationId;
  const empty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (!ours && !empty) throw notOurs(db.name);
  if (version > migrations.length) throw tooNew(db.name, version);
}

/** Brings a file to the present schema; an empty one gets it whole, and its identity with it. */
export function migrate(db: Database): void {
  const version = numberPragma(db, 'user_version');
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      step(db);
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}

/**
 * For those who only read: the file must have the schema this release writes.
 *
 * @throws UnusableStoreError when it does not
 */
export function requirePresentSchema(db: Database): void {
  const version = numberPragma(db, 'user_version');
  if (version === 0 || numberPragma(db, 'application_id') !== applicationId) throw notOurs(db.name);
  if (version > migrations.length) throw tooNew(db.name, version);
  if (version < migrations.length) {
    throw new UnusableStoreError(
      db.name,
      `its schema has version ${version}, this release reads ${migrations.length}`,
      'Start the service once: it brings the file up to date.',
    );
  }
}

/** A text or number kept in the `store` table. */
export function storeValue(db: Database, key: 'store_id' | 'indexed_through'): unknown {
  return db.prepare<[string]>('SELECT value FROM store WHERE key = ?').pluck().get(key);
}

/** The value of a pragma that is a number. */
export function numberPragma(db: Database, name: string): number {
  const value: unknown = db.pragma(name, { simple: true });
  if (typeof value !== 'number') throw new TypeError(`pragma ${name} did not answer with a number`);
  return value;
}

function tooNew(file: string, version: number): UnusableStoreError {
  return new UnusableStoreError(
    file,
    `its schema has version ${version}, this release knows up to ${migrations.length}`,
    'Run the release that wrote it, or a newer one.',
  );
}

function notOurs(file: string): UnusableStoreError {
  return new UnusableStoreError(
    file,
    'it is an SQLite database, but not an event store of this service',
    'Choose another data directory.',
  );
}
