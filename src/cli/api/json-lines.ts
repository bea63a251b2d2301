import type { z } from 'zod';
import { CliError } from '../cli-error.js';
import { readLines } from './lines.js';

/**
 * The documents of a stream of JSON lines.
 *
 * @throws CliError when a line is not what it should be
 */
export async function* readJsonLines<T>(bytes: AsyncIterable<Uint8Array>, schema: z.ZodType<T>): AsyncGenerator<T> {
  for await (const line of readLines(bytes)) {
    if (line.trim() === '') continue;
    yield parseJsonLine(line, schema);
  }
}

/** @throws CliError when the line is not what it should be */
export function parseJsonLine<T>(line: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new CliError('the service sent a line that is not JSON', undefined, undefined, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CliError(
    'the service sent a line of an unexpected form',
    undefined,
    'do the versions of the service and of this command line fit together?',
    { cause: parsed.error },
  );
}
