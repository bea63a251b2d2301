import type { Database } from 'better-sqlite3';
import { toPosition } from '../numeric-position.js';
import { StoredEvent } from '../stored-event.js';
import { damaged } from '../unusable-store.error.js';
import { numberPragma, storeValue } from './schema.js';

/** Up to this size a file is checked whole: that takes a fraction of a second. */
const smallFile = 32 * 1024 * 1024;

/** Of a larger one, so many of the newest events. */
const newestEvents = 1_000;

/**
 * Looks for damage in a time that does not grow with the file: a small file is read whole, of a
 * large one the end, where a crash or a full disk would have left its marks. `verifyStore` reads everything.
 *
 * @throws UnusableStoreError naming the file and, where it can, the position
 */
export function checkOnOpening(db: Database): void {
  const whole = numberPragma(db, 'page_count') * numberPragma(db, 'page_size') <= smallFile;
  if (whole) {
    const verdict: unknown = db.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw damaged(db.name, String(verdict));
  }
  const { first, last } = extent(db);
  if (last > 0 && first !== 1) throw damaged(db.name, `its events begin at position ${toPosition(first)}`);
  const indexedThrough = Number(storeValue(db, 'indexed_through'));
  if (!(indexedThrough <= last)) {
    throw damaged(
      db.name,
      `its index reaches position ${toPosition(indexedThrough)}, its events end at ${toPosition(last)}`,
    );
  }
  checkEvents(db, whole ? 0 : Math.max(0, Math.min(indexedThrough, last - newestEvents)));
}

/** Contiguous positions, contiguous revisions as far as they can be seen from here, and readable JSON. */
function checkEvents(db: Database, after: number): void {
  const revisions = new Map<string, number>();
  let previous = after;
  const rows = db
    .prepare<[number], [number, string, number, string, string, string, string]>(
      'SELECT position, stream, revision, id, type, metadata, data FROM events WHERE position > ? ORDER BY position',
    )
    .raw()
    .iterate(after);
  for (const [position, stream, revision, id, type, metadata, data] of rows) {
    if (position !== previous + 1) {
      throw damaged(
        db.name,
        `the events between positions ${toPosition(previous)} and ${toPosition(position)} are missing`,
      );
    }
    previous = position;
    const before = revisions.get(stream) ?? (after === 0 ? -1 : revision - 1);
    if (revision !== before + 1) {
      throw damaged(
        db.name,
        `the event at position ${toPosition(position)} has revision ${revision} of stream ${stream}, which was at ${before}`,
      );
    }
    revisions.set(stream, revision);
    checkReadable(db.name, new StoredEvent(position, stream, revision, id, type, metadata, data));
  }
}

function checkReadable(file: string, event: StoredEvent): void {
  try {
    event.requireReadable();
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The first and the last position, 0 for an empty store. */
function extent(db: Database): { readonly first: number; readonly last: number } {
  const first = db.prepare<[], number | null>('SELECT min(position) FROM events').pluck().get() ?? 0;
  const last = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
  return { first, last };
}
