import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { colorsFor } from '../../../src/cli/output/colors.js';
import { plainLines, plainText } from '../../../src/cli/output/plain-text.js';
import type { OutputFormat } from '../../../src/cli/output/printer.js';
import { Printer } from '../../../src/cli/output/printer.js';
import { formatFields, formatTable } from '../../../src/cli/output/table.js';
import { formatBytes, formatTime, shortDigest } from '../../../src/cli/output/values.js';

class Sink extends Writable {
  text = '';

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const plain = colorsFor(new Sink(false), {});
const escape = '\u001b[';

describe('colour', () => {
  it.each([
    ['a terminal', true, {}, true, true],
    ['no terminal', false, {}, true, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, true, false],
    ['NO_COLOR set to nothing', true, { NO_COLOR: '' }, true, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, true, false],
    ['--no-color', true, {}, false, false],
  ])('%s', (_, isTTY, env, isAllowed, expected) => {
    expect(colorsFor(new Sink(isTTY), env, isAllowed).green('x').includes(escape)).toBe(expected);
  });
});

describe('text from elsewhere', () => {
  it('cannot write to the terminal or turn the direction of writing', () => {
    expect(plainText('a\u001b[31mb\r\n\t\u009b\u202ec\u2066\u200b')).toBe(
      'a\\u{1b}[31mb\\u{d}\\u{a}\\u{9}\\u{9b}\\u{202e}c\\u{2066}\\u{200b}',
    );
    expect(plainLines('a\nb\u0007')).toBe('a\nb\\u{7}');
  });

  it('keeps what people write', () => {
    expect(plainText('Größe 漢字 👩\u200D🔬 ←')).toBe('Größe 漢字 👩\u200D🔬 ←');
  });
});

describe('values', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [0.125, '0.13 B'],
    [1_024, '1.00 KB'],
    [1_572_864, '1.50 MB'],
    [5 * 2 ** 40, '5.00 TB'],
    [2 ** 60, '1024.00 PB'],
  ])('%s bytes are %s', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });

  it('times are shown in UTC or in the zone of the machine', () => {
    expect(formatTime('2026-09-01T12:34:56.789Z', { utc: true })).toBe('2026-09-01 12:34:56Z');
    expect(formatTime('2026-09-01T12:34:56.789Z', { utc: false })).toMatch(/^2026-0[89]-\d\d \d\d:\d\d:56$/);
    expect(formatTime('never\u0007', { utc: true })).toBe('never\\u{7}');
  });

  it('digests are shortened', () => {
    expect(shortDigest(`sha256:${'abcd'.repeat(16)}`)).toBe('sha256:abcdabcdabcd');
  });
});

describe('tables', () => {
  interface Row {
    readonly name: string;
    readonly size?: number;
    readonly note?: string;
  }
  const columns = [
    { title: 'NAME', value: ({ name }: Row) => name },
    { title: 'SIZE', value: ({ size }: Row) => size, align: 'right' as const },
    { title: 'NOTE', value: ({ note }: Row) => note },
  ];

  it('align, mark what is missing, and leave out columns that nothing fills', () => {
    expect(formatTable(columns, [{ name: 'a', size: 1 }, { name: 'long-name', size: 100 }, { name: 'b' }], plain)).toBe(
      'NAME        SIZE\na              1\nlong-name    100\nb              -\n',
    );
  });

  it('keep one row on one line whatever the values are', () => {
    const text = formatTable(columns, [{ name: 'two\nlines', note: `${escape}2J` }], plain);
    expect(text.split('\n')).toHaveLength(3);
    expect(text).not.toContain(escape);
  });

  it('align in colour as without', () => {
    const colors = colorsFor(new Sink(true), {});
    const styled = [{ title: 'NAME', value: ({ name }: Row) => name, style: colors.green }, ...columns.slice(1)];
    const rows = [
      { name: 'a', size: 1 },
      { name: 'long-name', size: 100 },
    ];
    const bare = (text: string) =>
      text
        .split(escape)
        .map((part, position) => (position === 0 ? part : part.replace(/^\d+m/, '')))
        .join('');
    expect(bare(formatTable(styled, rows, colors))).toBe(formatTable(columns, rows, plain));
  });

  it('of fields leave out what is not there', () => {
    expect(
      formatFields(
        [
          ['Name', 'x'],
          ['Long name', 1],
          ['Gone', undefined],
        ],
        plain,
      ),
    ).toBe('Name        x\nLong name   1\n');
  });
});

describe('printing', () => {
  const print = (format: OutputFormat, use: (printer: Printer) => void) => {
    const [stdout, stderr] = [new Sink(false), new Sink(false)];
    use(new Printer({ stdout, stderr, env: {} }, format, { color: true, utc: true }));
    return { stdout: stdout.text, stderr: stderr.text };
  };
  const data = { a: [1], b: 'x' };

  it('gives people a sentence and programs the data, and nothing else on standard output', () => {
    const use = (printer: Printer) => {
      printer.note('a note');
      printer.warn('a warning');
      printer.done(data, 'done it');
    };
    const stderr = 'a note\nwarning: a warning\n';
    expect(print('table', use)).toEqual({ stdout: 'done it\n', stderr });
    expect(print('json', use)).toEqual({ stdout: `${JSON.stringify(data, undefined, 2)}\n`, stderr });
    expect(print('yaml', use)).toEqual({ stdout: 'a:\n  - 1\nb: x\n', stderr });
  });

  it('gives texts that every reader of YAML takes for texts', () => {
    const texts = ['no', 'on', '1_000', '12:30:45', '2026-09-01T10:00:00.000Z', '1.10', 'v1'];
    const use = (printer: Printer) => {
      printer.done({ texts }, '');
    };
    const quoted = texts.map((text) => (text === 'v1' ? text : `"${text}"`));
    expect(print('yaml', use).stdout).toBe(`texts:\n${quoted.map((text) => `  - ${text}\n`).join('')}`);
  });

  it('gives an empty list as a sentence to people and as a list to programs', () => {
    const use = (printer: Printer) => {
      printer.list([], [{ title: 'X', value: () => 'x' }], 'There is nothing.');
    };
    expect(print('table', use).stdout).toBe('There is nothing.\n');
    expect(print('json', use).stdout).toBe('[]\n');
    expect(print('yaml', use).stdout).toBe('[]\n');
  });

  it('gives what comes over time as lines or documents', () => {
    const use = (printer: Printer) => {
      printer.item({ id: 1 }, () => 'one');
      printer.item({ id: 2 }, () => 'two');
    };
    expect(print('table', use).stdout).toBe('one\ntwo\n');
    expect(print('json', use).stdout).toBe('{"id":1}\n{"id":2}\n');
    expect(print('yaml', use).stdout).toBe('---\nid: 1\n---\nid: 2\n');
  });
});
