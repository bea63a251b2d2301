import type { Interface } from 'node:readline/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { InterruptedError, UsageError } from '../cli-error.js';
import { plainLines } from '../output/plain-text.js';
import type { World } from '../world.js';

type Terminal = Pick<World, 'stdin' | 'stderr' | 'interruption'>;

/**
 * Asks yes or no at the terminal. Anything but a yes is a no.
 *
 * @throws UsageError when there is no terminal to ask at
 */
export async function confirm(question: string, world: Terminal): Promise<boolean> {
  if (world.stdin.isTTY !== true) {
    throw new UsageError('there is no terminal to ask at', 'add --yes to go ahead without asking');
  }
  const asking = createInterface({ input: world.stdin, output: world.stderr, terminal: false });
  const answer = await ask(asking, `${plainLines(question)} [y/N] `, world.interruption());
  return /^(y|yes)$/i.test(answer.trim());
}

/**
 * A secret, typed without being shown, or the first line of standard input when that is no terminal.
 *
 * @throws UsageError when there is none
 */
export async function readSecret(prompt: string, world: Terminal): Promise<string> {
  const secret = world.stdin.isTTY === true ? await typeSecret(prompt, world) : await firstLine(world);
  const trimmed = secret.trim();
  if (trimmed === '')
    throw new UsageError('no API key was given', 'use --api-key, TAGALONG_API_KEY, or standard input');
  return trimmed;
}

async function typeSecret(prompt: string, world: Terminal): Promise<string> {
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  // On a terminal of its own, readline leaves the showing of keys to its output, which goes nowhere. It takes the terminal
  // over before the question is seen, so that nothing typed in answer can be shown by the terminal itself.
  const asking = createInterface({ input: world.stdin, output: nowhere, terminal: true });
  world.stderr.write(prompt);
  const interrupted = new AbortController();
  // While readline has the terminal, the interrupt key reaches nobody else.
  asking.once('SIGINT', () => {
    interrupted.abort(new InterruptedError('SIGINT'));
  });
  try {
    return await ask(asking, '', AbortSignal.any([interrupted.signal, world.interruption()]));
  } finally {
    world.stderr.write('\n');
  }
}

/** One answer; empty when the input ends without one. @throws the reason of the signal */
async function ask(asking: Interface, question: string, signal: AbortSignal): Promise<string> {
  const ended = new Promise<string>((resolve) => {
    asking.once('close', () => {
      resolve('');
    });
  });
  try {
    return await Promise.race([asking.question(question, { signal }), ended]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    asking.close();
  }
}

async function firstLine(world: Terminal): Promise<string> {
  const lines = createInterface({ input: world.stdin, terminal: false });
  for await (const line of lines) return line;
  return '';
}
