import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError, UsageError } from '../../../src/cli/cli-error.js';
import { FileSink } from '../../../src/cli/output/sink.js';

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagalong-sink-'));
  file = join(directory, 'events.ndjson');
});

afterEach(() => rm(directory, { recursive: true }));

describe('a file for long output', () => {
  it('holds everything in order once it is closed, for its owner alone', async () => {
    const sink = await FileSink.create(file);
    const lines = Array.from({ length: 5_000 }, (_, n) => `line ${String(n)} ${'é'.repeat(20)}\n`);
    for (const line of lines) await sink.write(line);
    await sink.close();
    expect(await readFile(file, 'utf8')).toBe(lines.join(''));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('takes the place of nothing', async () => {
    await writeFile(file, 'evidence');
    await expect(FileSink.create(file)).rejects.toThrow(UsageError);
    expect(await readFile(file, 'utf8')).toBe('evidence');
  });

  it('says when it cannot be written', async () => {
    const sink = await FileSink.create(file);
    await sink.close();
    await expect(sink.write('x'.repeat(70_000))).rejects.toThrow(CliError);
  });
});
