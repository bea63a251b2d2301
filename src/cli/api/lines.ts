import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

const longestLine = 16 * 1024 * 1024;

/** Splits bytes into lines of text, without their ends (`\n`, `\r\n` or `\r`). A last line without an end counts. */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let endedWithReturn = false;
  for await (const chunk of bytes) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    if (endedWithReturn && text.startsWith('\n')) text = text.slice(1);
    endedWithReturn = text.endsWith('\r');
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new CliError('the service sent a line without end', exitCodes.failed);
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
