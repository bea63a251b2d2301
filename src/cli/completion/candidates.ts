import type { Argument, Command, Option } from 'commander';

/** A word that may stand at the cursor. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/**
 * What can only be known at the time of asking: names of contexts, images and the like. Those that do not begin with
 * what stands there may be left out.
 */
export type NameSource = (what: 'context' | 'image' | 'workspace', begun: string) => Promise<readonly Candidate[]>;

/**
 * The words that may stand at the cursor.
 *
 * @param words the words behind the program's name; the last one is the one at the cursor, perhaps empty
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  names: NameSource,
): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? '';
  const asked = (what: Parameters<NameSource>[0]) => names(what, current);
  const { command, open, operands } = walk(program, words.slice(0, -1));
  const found =
    open !== undefined
      ? await valuesOf(open, asked)
      : current.startsWith('-')
        ? optionsOf(command)
        : [...(operands === 0 ? commandsOf(command) : []), ...(await argumentValues(command, operands, asked))];
  return found.filter(({ word }) => word.startsWith(current));
}

type AskedNames = (what: Parameters<NameSource>[0]) => ReturnType<NameSource>;

interface Place {
  readonly command: Command;
  /** The option whose value the cursor is at. */
  readonly open: Option | undefined;
  /** How many arguments stand before the cursor. */
  readonly operands: number;
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let open: Option | undefined;
  let operands = 0;
  for (const word of words) {
    if (open !== undefined) {
      open = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      open = optionTaking(command, word);
      continue;
    }
    const next = operands === 0 ? command.commands.find((child) => namesOf(child).includes(word)) : undefined;
    if (next === undefined) operands++;
    else command = next;
  }
  return { command, open, operands };
}

/** The option a word begins whose value is the next word. */
function optionTaking(command: Command, word: string): Option | undefined {
  if (word.includes('=')) return undefined;
  const option = command.options.find(({ long, short }) => long === word || short === word);
  return option !== undefined && (option.required || option.optional) ? option : undefined;
}

function commandsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => ({ word: child.name(), description: child.summary() }));
}

function optionsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long === undefined ? [] : [{ word: long, description }]));
}

async function valuesOf(option: Option, names: AskedNames): Promise<readonly Candidate[]> {
  if (option.argChoices !== undefined) return option.argChoices.map((word) => ({ word, description: '' }));
  if (option.long === '--context') return names('context');
  if (option.long === '--image') return names('image');
  if (option.long === '--workspace' || option.long === '--from') return names('workspace');
  return [];
}

async function argumentValues(command: Command, position: number, names: AskedNames): Promise<readonly Candidate[]> {
  const last = command.registeredArguments.at(-1);
  const argument: Argument | undefined =
    command.registeredArguments[position] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return argument.argChoices.map((word) => ({ word, description: '' }));
  const group = command.parent?.name();
  if (argument.name() === 'image') return names('image');
  if (argument.name() === 'name' && group === 'contexts') return names('context');
  if (argument.name() === 'name' && group === 'workspaces') return names('workspace');
  return [];
}

function namesOf(command: Command): readonly string[] {
  return [command.name(), ...command.aliases()];
}
