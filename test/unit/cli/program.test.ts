import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { candidates } from '../../../src/cli/completion/candidates.js';
import type { NameSource } from '../../../src/cli/completion/candidates.js';
import { completionScript, shells } from '../../../src/cli/completion/scripts.js';
import { buildProgram } from '../../../src/cli/program.js';
import type { World } from '../../../src/cli/world.js';

const world: World = {
  env: {},
  homeDirectory: '/nonexistent',
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  interruption: () => new AbortController().signal,
  sleep: () => Promise.resolve(),
};

const program = buildProgram(world);
const commands = [...leaves(program)];

function* leaves(command: Command, path: readonly string[] = []): Generator<readonly [path: string, command: Command]> {
  for (const child of command.commands) {
    if (child.name() === 'help' || child.name().startsWith('__')) continue;
    const own = [...path, child.name()];
    yield [own.join(' '), child];
    yield* leaves(child, own);
  }
}

/** What `--help` of a command prints. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

/** The words of a line, with quotes taken off and redirections cut away. */
function wordsOf(line: string): readonly string[] {
  const words = line.replace(/ (\||<|>) .*$/, '').match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) => word.replace(/^"|"$/g, ''));
}

describe('help', () => {
  it.each(commands)('of %s says what it does, in a line and in full, with examples', (_, command) => {
    expect(command.summary()).not.toBe('');
    expect(command.summary()).not.toMatch(/\.$/);
    const help = helpOf(command);
    expect(help).toContain('Examples:\n  $ ');
    expect(help.split('\n').every((line) => line.length <= 160)).toBe(true);
  });

  it.each(commands)('of %s has examples that name commands and options there are', (_, command) => {
    const whole = helpOf(command)
      .split('\n')
      .flatMap((line) => /^ {2}\$ (.*)$/.exec(line)?.[1] ?? []);
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.filter((line) => line.match(/(?:^|\| )tagalong /g)?.length !== 1)).toEqual([]);
    const lines = whole.map((line) => line.replace(/^.* \| (?=tagalong)/, ''));
    for (const line of lines) {
      const [name, ...words] = wordsOf(line);
      expect(name).toBe('tagalong');
      const { command: named, rest } = descend(words);
      const known = new Set(named.options.flatMap(({ long, short }) => [long, short]));
      const options = rest.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0]);
      expect(
        options.filter((option) => !known.has(option)),
        line,
      ).toEqual([]);
      expect(
        named.commands.filter((child) => child.name() !== 'help'),
        line,
      ).toEqual([]);
    }
  });

  it('names the exit codes and the variables', () => {
    const help = helpOf(buildProgram(world));
    for (const part of ['Exit codes:', '  5  conflict', '130  interrupted', 'TAGALONG_API_KEY', 'BL_API_URL']) {
      expect(help).toContain(part);
    }
  });

  function descend(words: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
    let command = program;
    let used = 0;
    for (const word of words) {
      const next = command.commands.find((child) => child.name() === word || child.aliases().includes(word));
      if (next === undefined) break;
      command = next;
      used++;
    }
    return { command, rest: words.slice(used) };
  }
});

describe('shared options', () => {
  const optionsOf = (path: string) =>
    new Set(commands.find(([name]) => name === path)?.[1].options.map(({ long }) => long));

  it('every command that asks the service can be told where, how long, and in which form to answer', () => {
    const local = new Set([
      'contexts list',
      'contexts use',
      'contexts remove',
      'workspaces use',
      'completion',
      'serve',
      'migrate-store',
    ]);
    for (const [path, command] of commands) {
      if (command.commands.length > 0 || local.has(path)) continue;
      for (const option of ['--output', '--url', '--context', '--timeout', '--retries', '--verbose', '--utc']) {
        expect(optionsOf(path), `${path} ${option}`).toContain(option);
      }
    }
  });

  it('every command that changes something can say why and be repeated', () => {
    const writing = [
      'push',
      'share image',
      'unshare image',
      'delete image',
      'cleanup images',
      'deploy',
      'deployments delete',
      'requests accept',
      'requests decline',
      'requests withdraw',
      'workspaces create',
      'workspaces update',
      'workspaces delete',
      'members add',
      'members invite',
      'members role',
      'members remove',
      'service-accounts create',
      'service-accounts update',
      'service-accounts delete',
      'keys create',
      'keys revoke',
      'accounts create',
      'accounts sharing-policy',
      'projections rebuild',
      'projections pause',
      'projections resume',
      'projections retry',
    ];
    for (const path of writing) {
      expect(optionsOf(path), path).toContain('--reason');
      expect(optionsOf(path), path).toContain('--idempotency-key');
    }
  });
});

describe('completion', () => {
  const names: NameSource = (what) =>
    Promise.resolve(
      { context: ['home', 'work'], image: ['sandbox/a', 'agent/b'], workspace: ['team'] }[what].map((word) => ({
        word,
        description: '',
      })),
    );
  const complete = async (line: string) =>
    (await candidates(program, line.split(' ').slice(1), names)).map(({ word }) => word);

  it.each([
    ['tagalong pu', ['push']],
    ['tagalong sha', ['share', 'shares']],
    ['tagalong share ', ['image', 'help']],
    ['tagalong get images --sh', ['--shared']],
    ['tagalong get images --shared ', ['in', 'out', 'none']],
    ['tagalong get images -o ', ['table', 'json', 'yaml']],
    ['tagalong get images -o json --ty', ['--type']],
    ['tagalong get image ', ['sandbox/a', 'agent/b']],
    ['tagalong get image sand', ['sandbox/a']],
    ['tagalong delete image sandbox/a ', ['sandbox/a', 'agent/b']],
    ['tagalong share image sandbox/a -w ', ['team']],
    ['tagalong contexts use ', ['home', 'work']],
    ['tagalong get images --context h', ['home']],
    ['tagalong completion ', ['bash', 'zsh', 'fish']],
    ['tagalong members role kim@example.com ', ['admin', 'member']],
    ['tagalong nonsense ', []],
  ])('%s', async (line, expected) => {
    expect(await complete(line)).toEqual(expected);
  });

  it('has a script for each shell that asks for candidates', () => {
    for (const shell of shells) expect(completionScript(shell)).toContain('__complete --');
  });
});
