import { CliError } from '../cli-error.js';
import type { ExitCode } from '../exit-codes.js';
import { exitCodes } from '../exit-codes.js';
import { ImageFileError } from '../oci/image-file-error.js';
import { ApiError } from '../api/api-error.js';
import type { World } from '../world.js';
import { colorsFor } from './colors.js';
import { plainLines } from './plain-text.js';

/**
 * Tells the person what went wrong and the shell how. Faults of this program come with their stack if verbose.
 */
export function reportFailure(error: unknown, world: Pick<World, 'stderr' | 'env'>, isVerbose: boolean): ExitCode {
  const colors = colorsFor(world.stderr, world.env);
  const say = (text: string) => world.stderr.write(`${text}\n`);
  if (error instanceof CliError) {
    const code =
      error instanceof ApiError && error.code !== 'unknown' ? colors.dim(` (${plainLines(error.code)})`) : '';
    const label = isInterruption(error.exitCode) ? '' : `${colors.red('error:')} `;
    say(`${label}${plainLines(error.message)}${code}`);
    if (error.hint !== undefined) say(plainLines(error.hint));
    return error.exitCode;
  }
  if (error instanceof ImageFileError) {
    say(`${colors.red('error:')} ${plainLines(error.message)}`);
    return exitCodes.failed;
  }
  const fault = error instanceof Error ? error : new Error(String(error));
  say(`${colors.red('error:')} ${plainLines(fault.message)}`);
  if (isVerbose) say(plainLines(fault.stack ?? ''));
  return exitCodes.failed;
}

function isInterruption(code: ExitCode): boolean {
  return code === exitCodes.interrupted || code === exitCodes.terminated;
}
