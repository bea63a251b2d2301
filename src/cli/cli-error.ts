import { exitCodes } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';

/** A command cannot go on. The message is for the person at the terminal; the hint says what to do next. */
export class CliError extends Error {
  override readonly name: string = 'CliError';

  constructor(
    message: string,
    readonly exitCode: ExitCode = exitCodes.failed,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command line asks for something that makes no sense. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';

  constructor(message: string, hint?: string) {
    super(message, exitCodes.usage, hint);
  }
}

/** The person stopped the command. */
export class InterruptedError extends CliError {
  override readonly name = 'InterruptedError';

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('interrupted', signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
  }
}
