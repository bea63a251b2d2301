import { PassThrough, Readable, Writable } from 'node:stream';
import { runCli } from '../../../../src/cli/program.js';
import type { World } from '../../../../src/cli/world.js';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped in; ignored for a terminal. */
  readonly stdin?: string | Buffer;
  /** Lines a person types; makes input and output a terminal. */
  readonly typed?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds of every pause that was asked for; none is really waited. */
  readonly pauses: readonly number[];
}

/** Runs a command line in this process, in a world of its own. */
export async function runHere(line: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const isTerminal = options.typed !== undefined;
  const stdout = new Sink(isTerminal);
  const stderr = new Sink(isTerminal);
  const pauses: number[] = [];
  const signal = options.signal ?? new AbortController().signal;
  const world: World = {
    env: { TAGALONG_CONFIG: '/nonexistent/tagalong.json', ...options.env },
    homeDirectory: '/nonexistent',
    stdin: isTerminal
      ? typing(options.typed ?? [])
      : Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    stdout,
    stderr,
    interruption: () => signal,
    sleep(milliseconds, aborted) {
      pauses.push(milliseconds);
      aborted.throwIfAborted();
      return Promise.resolve();
    },
  };
  const code = await runCli(line, world);
  return { code, stdout: stdout.text, stderr: stderr.text, pauses };
}

/** Environment of someone logged in to a service, in the workspace `team`. */
export function loggedInTo(url: string): Readonly<Record<string, string>> {
  return { TAGALONG_URL: url, TAGALONG_API_KEY: 'key-of-the-test', TAGALONG_WORKSPACE: 'team' };
}

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

function typing(lines: readonly string[]): World['stdin'] {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  terminal.write(lines.map((line) => `${line}\n`).join(''));
  return terminal;
}
