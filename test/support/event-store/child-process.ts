import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A TypeScript file of this folder running in a process of its own. */
export class ChildProcess {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  /** What it has written to its standard output, by lines. */
  readonly lines: string[] = [];
  #errors = '';

  constructor(script: string, ...args: string[]) {
    const file = fileURLToPath(new URL(script, import.meta.url));
    this.#process = spawn(process.execPath, ['--import', 'tsx', file, ...args]);
    this.#closed = once(this.#process, 'close');
    createInterface(this.#process.stdout).on('line', (line) => this.lines.push(line));
    this.#process.stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Waits for so many lines. */
  async said(count: number): Promise<void> {
    while (this.lines.length < count) {
      if (this.#process.exitCode !== null) throw new Error(`it ended with ${this.#process.exitCode}: ${this.#errors}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Writes a line to its standard input. */
  tell(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Kills it as a power failure of the process would, and waits until everything it said has arrived. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }
}
