import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import Database, { SqliteError } from 'better-sqlite3';

/** Another process works on this data directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';

  constructor(
    readonly directory: string,
    /** The process that holds it, as far as it could be learned. */
    readonly pid: number | undefined,
  ) {
    const holder = pid === undefined ? 'another process' : `another process (pid ${pid})`;
    super(
      `the data directory ${directory} is in use by ${holder}; stop that one first, or choose another data directory`,
    );
  }
}

/** The right to work on a data directory. */
export interface DataDirectoryLock {
  readonly directory: string;
  /** Gives the directory back. Calling it twice is harmless. */
  release(): void;
}

/** Keeps the connections alive: one that is collected as garbage would give its directory away. */
const held = new Set<Database.Database>();

const lockFile = 'data.lock';
const pidFile = 'data.lock.pid';

/**
 * Makes this process the only one on a data directory, which is created, for its owner alone, if
 * missing. The operating system gives it back when the process dies, however it dies: what is held
 * is SQLite's exclusive lock on a file that is otherwise empty.
 *
 * @throws DataDirectoryInUseError when a process holds it, this one included
 */
export async function lockDataDirectory(path: string): Promise<DataDirectoryLock> {
  const directory = resolve(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const db = new Database(join(directory, lockFile), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof SqliteError && error.code === 'SQLITE_BUSY') {
      throw new DataDirectoryInUseError(directory, readPid(directory));
    }
    throw error;
  }
  held.add(db);
  writeFileSync(join(directory, pidFile), `${process.pid}\n`, { mode: 0o600 });
  return {
    directory,
    release: () => {
      if (!db.open) return;
      rmSync(join(directory, pidFile), { force: true });
      db.close();
      held.delete(db);
    },
  };
}

/** The holder writes it right after it got the lock, so it may not be there yet. */
function readPid(directory: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(directory, pidFile), 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
