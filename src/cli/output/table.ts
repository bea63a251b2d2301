import Table from 'cli-table3';
import type { Colors } from './colors.js';
import { plainText } from './plain-text.js';

/** A column of a table for people. */
export interface Column<Row> {
  readonly title: string;
  /** What stands in the column; nothing is shown as `-`. Made safe for the terminal here. */
  readonly value: (row: Row) => string | number | undefined;
  /** Colours the text after it was made safe. */
  readonly style?: ((text: string, row: Row) => string) | undefined;
  readonly align?: 'left' | 'right';
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '   ',
};

/** Rows under a header, one line each, with a line end at the end. Columns that no row fills are left out. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], colors: Colors): string {
  const filled = columns.filter(({ value }) => rows.some((row) => value(row) !== undefined));
  const table = new Table({
    head: filled.map(({ title }) => colors.bold(title)),
    chars: noLines,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    colAligns: filled.map(({ align }) => align ?? 'left'),
  });
  for (const row of rows) {
    table.push(
      filled.map(({ value, style }) => {
        const text = plainText(String(value(row) ?? '-'));
        return style === undefined ? text : style(text, row);
      }),
    );
  }
  return withoutTrailingSpaces(table.toString());
}

/** Names and values, one pair a line; values that are not there are left out. */
export function formatFields(
  fields: readonly (readonly [name: string, value: string | number | undefined])[],
  colors: Colors,
): string {
  const present = fields.filter(([, value]) => value !== undefined);
  const width = Math.max(...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${colors.bold(name.padEnd(width))}   ${plainText(String(value))}\n`).join('');
}

function withoutTrailingSpaces(text: string): string {
  return text
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
