import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { isWorkspaceName } from '../../vocabulary/names.js';
import type { OutputFormat } from '../output/printer.js';
import { outputFormats } from '../output/printer.js';

/** The options that every command takes. */
export interface CommonOptions {
  readonly output?: OutputFormat;
  readonly utc?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean;
  readonly url?: string;
  readonly context?: string;
  readonly workspace?: string;
  readonly timeout?: number;
  readonly retries?: number;
}

/** The options of commands that change something. */
export interface WritingOptions {
  readonly reason?: string;
  readonly idempotencyKey?: string;
}

const reasonMaxLength = 500;

/** How results are shown. */
export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Options of every command:')
    .addOption(new Option('-o, --output <format>', 'form of the result').choices([...outputFormats]))
    .option('-u, --utc', 'show times in UTC rather than in the zone of this machine')
    .option('-v, --verbose', 'tell on standard error what is asked of the service')
    .option('--no-color', 'no colours, on a terminal either');
}

/** Where a command goes. The workspace is an option of its own, since `share` and `unshare` mean another by `-w`. */
export function addServiceOptions(command: Command): Command {
  return addOutputOptions(command)
    .option('--url <address>', 'address of the service (TAGALONG_URL)')
    .option('--context <name>', 'login to use, see `tagalong contexts`')
    .option('--timeout <seconds>', 'how long to wait for an answer', parseSeconds)
    .option('--retries <number>', 'how often to try again when the service is not available', parseCount);
}

export function addWorkspaceOption(command: Command): Command {
  return command
    .optionsGroup('Options of every command:')
    .option('-w, --workspace <name>', 'workspace to act in (TAGALONG_WORKSPACE)', parseWorkspace);
}

export function addWritingOptions(command: Command): Command {
  return command
    .optionsGroup('Options of every command that changes something:')
    .option('--reason <text>', 'why, for the record', parseReason)
    .option('--idempotency-key <id>', 'id of the change: given again, it is done at most once', parseKey);
}

/** A workspace's name, for options and arguments. */
export function parseWorkspace(text: string): string {
  if (isWorkspaceName(text)) return text;
  throw new InvalidArgumentError('A workspace has 1 to 63 lower case letters, digits and inner hyphens.');
}

/** A positive whole number, for options. */
export function parsePositive(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A positive whole number is expected.');
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('A number of seconds is expected, at most 86400.');
}

function parseCount(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number from 0 to 99 is expected.');
}

function parseReason(text: string): string {
  if (text.length <= reasonMaxLength && !/\p{Cc}/u.test(text)) return text;
  throw new InvalidArgumentError(`A reason has up to ${String(reasonMaxLength)} characters and no control characters.`);
}

function parseKey(text: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError('An id has 1 to 128 visible ASCII characters. A UUID is a good choice.');
}
