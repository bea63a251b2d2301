import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../src/cli/api/json-lines.js';
import { readLines } from '../../../src/cli/api/lines.js';
import type { ServerEvent } from '../../../src/cli/api/server-events.js';
import { readServerEvents } from '../../../src/cli/api/server-events.js';
import { z } from 'zod';

/** The bytes of a text, cut at these places. */
async function* cut(text: string, places: readonly number[] = []): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let begin = 0;
  for (const place of [...places].map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)) {
    yield await Promise.resolve(bytes.subarray(begin, place));
    begin = place;
  }
  yield bytes.subarray(begin);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('lines', () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb\rc', ['a', 'b', 'c']],
    ['\n\na', ['', '', 'a']],
    ['', []],
    ['€\n', ['€']],
  ])('%j', async (text, expected) => {
    expect(await collect(readLines(cut(text)))).toEqual(expected);
  });

  it('are the same however the bytes are cut', async () => {
    const texts = fc.array(fc.constantFrom('a', '\n', '\r', '\r\n', 'ü', '🙂', ' ')).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat()), async (text, places) => {
        expect(await collect(readLines(cut(text, places)))).toEqual(await collect(readLines(cut(text))));
      }),
    );
  });
});

describe('server-sent events', () => {
  const read = async (text: string, retries: number[] = []): Promise<ServerEvent[]> =>
    collect(readServerEvents(readLines(cut(text)), { onRetry: (milliseconds) => retries.push(milliseconds) }));

  it('are read as the standard says', async () => {
    const text =
      '\uFEFF: a comment\n\nid: 1\nevent: tag.pushed\ndata: {"a":\ndata: 1}\n\ndata:no space\n\nevent: empty\n\nid\ndata: x\n\nid: 2\0\ndata: y\n\n';
    expect(await read(text)).toEqual([
      { type: 'tag.pushed', data: '{"a":\n1}', id: '1' },
      { type: 'message', data: 'no space', id: '1' },
      { type: 'message', data: 'x', id: '' },
      { type: 'message', data: 'y', id: '' },
    ]);
  });

  it('that the stream breaks off in are not delivered', async () => {
    expect(await read('id: 1\ndata: whole\n\nid: 2\ndata: half\n')).toEqual([
      { type: 'message', data: 'whole', id: '1' },
    ]);
  });

  it('tell how long to wait, in digits only', async () => {
    const retries: number[] = [];
    await read('retry: 250\nretry: soon\nretry: -1\n\n', retries);
    expect(retries).toEqual([250]);
  });
});

describe('JSON lines', () => {
  const schema = z.object({ n: z.number() });

  it('are parsed one by one; empty ones are skipped', async () => {
    expect(await collect(readJsonLines(cut('{"n":1}\n\n{"n":2}'), schema))).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it.each(['{"n":', '{"n":"1"}'])('that are not as expected are refused: %s', async (line) => {
    await expect(collect(readJsonLines(cut(line), schema))).rejects.toThrow('the service sent a line');
  });
});
