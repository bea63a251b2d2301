import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';

interface Report {
  readonly answered: string[];
  readonly whenFull: number;
  readonly readWhenFull: string[];
  readonly refusal: string;
  readonly refusedWithRoom: number;
  readonly read: string[];
  readonly readAgain: string[];
  readonly faults: string[];
}

/** Runs a command with a disk of 4 MB of its own at `directory`, which nobody else sees. */
function withSmallDisk(directory: string, command: readonly string[]): ReturnType<typeof spawnSync> {
  const script = 'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"';
  return spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, directory, ...command], {
    encoding: 'utf8',
  });
}

describe('a full disk under the SQLite event store', () => {
  let directory: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    const temporary = await temporaryDirectory();
    directory = temporary.path;
    remove = () => temporary.remove();
  });

  afterEach(async () => {
    await remove();
  });

  it('refuses appends, loses nothing it has answered, and works on when there is room', (context) => {
    if (withSmallDisk(directory, ['true']).status !== 0) {
      context.skip('this machine does not let us mount a small disk (user namespaces with tmpfs)');
    }
    const program = fileURLToPath(new URL('../../support/event-store/full-disk-process.ts', import.meta.url));
    const { stdout, stderr, status } = withSmallDisk(directory, [
      process.execPath,
      '--import',
      'tsx',
      program,
      directory,
    ]);
    expect(status, String(stderr)).toBe(0);
    const report = JSON.parse(String(stdout)) as Report;

    expect(report.refusal).toMatch(/could not write: .*full.*try again later/);
    expect(report.whenFull).toBeGreaterThan(0);
    expect(report.readWhenFull).toEqual(expect.arrayContaining(report.answered.slice(0, report.whenFull)));
    expect(report.refusedWithRoom).toBe(0);
    expect(report.answered).toHaveLength(report.whenFull + 20);
    expect([...report.read].sort()).toEqual([...report.answered].sort());
    expect(report.readAgain).toEqual(report.read);
    expect(report.faults).toEqual([]);
  });
});
