import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InterruptedError } from '../../../src/cli/cli-error.js';
import { Platform } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import { runHere } from './support/run-here.js';

let root: string;
/** The data directory of a service that has been stopped, and a copy of it to be tampered with. */
let stopped: string;
let copy: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tagalong-offline-'));
  stopped = join(root, 'stopped');
  copy = join(root, 'copy');
  const service = await startService({ dataDir: stopped });
  const platform = new Platform(service);
  await platform.account('acme', ['build', 'live']);
  await platform.push('build', 'sandbox/web', 'v1', 1);
  await platform.share('build', 'sandbox/web', 'live');
  await platform.push('build', 'sandbox/web', 'v2', 2);
  await service.stop();
}, 60_000);

afterAll(() => rm(root, { recursive: true }));

beforeEach(async () => {
  await rm(copy, { recursive: true, force: true });
  await cp(stopped, copy, { recursive: true });
});

/** Nobody is logged in, and no service runs. */
const run = (line: string, options: Parameters<typeof runHere>[1] = {}) => runHere(line.split(' '), options);

function tamper(file: 'events.db' | 'read-model.db', statement: string): void {
  const database = new Database(join(copy, file));
  expect(database.prepare(statement).run().changes).toBe(1);
  database.close();
}

describe('audit replay --data', () => {
  it('shows what there was, from the files alone', async () => {
    await rm(join(copy, 'read-model.db'));
    const before = await readdir(copy);
    const { code, stdout, stderr } = await run(`audit replay --data ${copy} -o json`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'replayed 8 events, up to position 0000000000000008\n' });
    expect(JSON.parse(stdout)).toMatchObject({
      events: 8,
      images: [
        { metadata: { workspace: 'build' }, spec: { tags: [{ name: 'v2' }, { name: 'v1' }] } },
        { metadata: { workspace: 'live', sourceWorkspace: 'build' }, spec: { tags: [{ name: 'v2' }, { name: 'v1' }] } },
      ],
    });
    expect(await readdir(copy)).toEqual(before);
    const then = await run(`audit replay --data ${copy} --to 0000000000000005 -w build`);
    expect(then.stdout).toMatch(/^WORKSPACE .*\nbuild +sandbox\/web +own +1 +v1 .*\n$/);
  });

  it('refuses what is neither a time nor a position', async () => {
    const { code, stderr } = await run(`audit replay --data ${copy} --to 5`);
    expect(code).toBe(2);
    expect(stderr).toContain('--to "5" is neither a time nor a position');
  });
});

describe('audit verify --data', () => {
  it('finds nothing in what nobody touched', async () => {
    expect(await run(`audit verify --data ${copy}`)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^checked 8 events and \d+ rows: no differences\n$/) as string,
      stderr: '',
    });
  });

  it('finds a row that somebody changed', async () => {
    tamper('read-model.db', `UPDATE catalog_tags__g1 SET size = 7 WHERE tag = 'v1'`);
    const { code, stdout, stderr } = await run(`audit verify --data ${copy} -o json`);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, found: [{ kind: 'row-differs', table: 'catalog_tags' }] });
    expect(stderr).toContain('difference: row-differs projection=catalog table=catalog_tags');
  });

  it('finds an event that somebody changed, and tells its revision', async () => {
    tamper('events.db', `UPDATE events SET type = 'TagShoved' WHERE position = 5`);
    const { code, stdout, stderr } = await run(`audit verify --data ${copy}`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/: \d+ differences\n$/);
    expect(stderr).toContain(
      'event-of-unknown-type position=0000000000000005 stream=image-build/sandbox/web revision=1',
    );
  });

  it('finds an event that somebody took out', async () => {
    tamper('events.db', `DELETE FROM events WHERE position = 5`);
    const { code, stderr } = await run(`audit verify --data ${copy}`);
    expect(code).toBe(1);
    expect(stderr).toContain('the events between positions 0000000000000004 and 0000000000000006 are missing');
  });

  it('stops when it is interrupted, and lets go of the files', async () => {
    const signal = AbortSignal.abort(new InterruptedError('SIGINT'));
    expect(await run(`audit verify --data ${copy}`, { signal })).toMatchObject({ code: 130, stderr: 'interrupted\n' });
    expect(await run(`audit replay --data ${copy}`, { signal })).toMatchObject({ code: 130, stdout: '' });
    expect((await run(`audit verify --data ${copy}`)).code).toBe(0);
  });

  it('says what is wrong with the directory', async () => {
    expect(await run(`audit verify --data ${root}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no event store in') as string,
    });
  });

  it('leaves alone what a service runs on', async () => {
    const service = await startService({ dataDir: copy });
    try {
      const { code, stderr } = await run(`audit verify --data ${copy}`);
      expect(code).toBe(1);
      expect(stderr).toContain('is in use by another process');
    } finally {
      await service.stop();
    }
  });
});
