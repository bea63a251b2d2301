import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { knownTotals } from '../../support/read-model/known-log.js';

/** Runs a command with a disk of 4 MB of its own at `directory`, which nobody else sees. */
function withSmallDisk(directory: string, command: readonly string[]): ReturnType<typeof spawnSync> {
  const script = 'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"';
  return spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, directory, ...command], {
    encoding: 'utf8',
  });
}

it('waits on a full disk and goes on when there is room, every event counted once', async (context) => {
  const directory = await temporaryDirectory();
  try {
    if (withSmallDisk(directory.path, ['true']).status !== 0) {
      context.skip('this machine does not let us mount a small disk (user namespaces with tmpfs)');
    }
    const program = fileURLToPath(new URL('../../support/read-model/full-disk-process.ts', import.meta.url));
    const { stdout, stderr, status } = withSmallDisk(directory.path, [
      process.execPath,
      '--import',
      'tsx',
      program,
      directory.path,
    ]);
    expect(status, String(stderr)).toBe(0);
    const report = JSON.parse(String(stdout)) as Record<string, unknown>;
    expect(report).toMatchObject({ passed: true, state: 'live', failed: 0, totals: knownTotals() });
    expect(report['whenFull']).toMatchObject({
      state: 'catching-up',
      fault: { message: expect.stringMatching(/read model cannot be written: .*full.*trying again/) as string },
    });
  } finally {
    await directory.remove();
  }
});
