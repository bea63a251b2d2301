import { stringify } from 'yaml';
import type { World } from '../world.js';
import type { Colors } from './colors.js';
import { colorsFor } from './colors.js';
import { plainLines } from './plain-text.js';
import type { Column } from './table.js';
import { formatFields, formatTable } from './table.js';
import type { TimeFormat } from './values.js';
import { formatTime } from './values.js';

export const outputFormats = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Prints results to standard output, in the form asked for, and everything said about them to standard error. */
export class Printer {
  readonly colors: Colors;
  private readonly noteColors: Colors;

  constructor(
    private readonly world: Pick<World, 'stdout' | 'stderr' | 'env'>,
    readonly format: OutputFormat,
    options: { readonly color: boolean } & TimeFormat,
  ) {
    this.colors = colorsFor(world.stdout, world.env, options.color);
    this.noteColors = colorsFor(world.stderr, world.env, options.color);
    this.time = (text) => (text === undefined ? undefined : formatTime(text, options));
  }

  /** A time of the service as people read it. */
  readonly time: (text: string | undefined) => string | undefined;

  /** One result: the data for programs, `{}` where the service answered nothing, or what `people` makes of it. */
  result(data: unknown, people: () => string): void {
    switch (this.format) {
      case 'json':
        this.raw(`${JSON.stringify(data ?? {}, undefined, 2)}\n`);
        return;
      case 'yaml':
        this.raw(yaml(data));
        return;
      case 'table':
        this.raw(people());
    }
  }

  /** One of many results that come over time: a line of JSON, a YAML document, or a line for people. */
  item(data: unknown, people: () => string): void {
    switch (this.format) {
      case 'json':
        this.raw(`${JSON.stringify(data ?? {})}\n`);
        return;
      case 'yaml':
        this.raw(`---\n${yaml(data)}`);
        return;
      case 'table':
        this.raw(`${people()}\n`);
    }
  }

  /** A list, or for people a sentence instead of an empty table. */
  list<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string, data: unknown = rows): void {
    this.result(data, () => (rows.length === 0 ? `${empty}\n` : formatTable(columns, rows, this.colors)));
  }

  /** One thing, field by field. */
  fields(data: unknown, fields: Parameters<typeof formatFields>[0]): void {
    this.result(data, () => formatFields(fields, this.colors));
  }

  /** A sentence for people that is the result of a command; for programs there is the data instead. */
  done(data: unknown, sentence: string): void {
    this.result(data, () => `${plainLines(sentence)}\n`);
  }

  /** For what a table or the like tells before the result, on standard error. The text must be safe for a terminal already. */
  get aside(): Pick<Printer, 'colors' | 'time' | 'raw'> {
    return { colors: this.noteColors, time: this.time, raw: (text) => void this.world.stderr.write(text) };
  }

  /** Something to know that is no part of the result. */
  note(text: string): void {
    this.world.stderr.write(`${plainLines(text)}\n`);
  }

  warn(text: string): void {
    this.world.stderr.write(`${this.noteColors.yellow('warning:')} ${plainLines(text)}\n`);
  }

  /** Data as it is, to standard output. */
  raw(text: string): void {
    this.world.stdout.write(text);
  }
}

/** Many programs read YAML by its older rules, by which a tag called `no` would be false and a time no text. */
function yaml(data: unknown): string {
  return stringify(data ?? {}, { compat: 'yaml-1.1' });
}
