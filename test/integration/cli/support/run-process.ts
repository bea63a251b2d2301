import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

export interface ProcessResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line running as a process of its own, from the sources. */
export class CliProcess {
  readonly result: Promise<ProcessResult>;

  private constructor(readonly child: ChildProcessWithoutNullStreams) {
    const exited = once(child, 'close');
    this.result = Promise.all([text(child.stdout), text(child.stderr), exited]).then(([stdout, stderr]) => ({
      code: child.exitCode,
      signal: child.signalCode,
      stdout,
      stderr,
    }));
  }

  static start(line: readonly string[], env: Readonly<Record<string, string>> = {}): CliProcess {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...line], {
      cwd: root,
      env: { PATH: process.env['PATH'], TAGALONG_CONFIG: '/nonexistent/tagalong.json', ...env },
      stdio: 'pipe',
    });
    return new CliProcess(child);
  }
}

/** Runs a command line as a process of its own and closes its input. */
export async function runProcess(
  line: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin: string | Buffer = '',
): Promise<ProcessResult> {
  const running = CliProcess.start(line, env);
  running.child.stdin.end(stdin);
  return running.result;
}
