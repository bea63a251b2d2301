import type { Command } from 'commander';
import { UsageError } from '../cli-error.js';
import type { World } from '../world.js';
import type { CommonOptions } from './common-options.js';
import { addOutputOptions, addServiceOptions, addWorkspaceOption, addWritingOptions } from './common-options.js';
import { Session } from './session.js';

/** How a command introduces itself. */
export interface CommandPlan {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for the list of commands, without a full stop. */
  readonly summary: string;
  /** What there is to know beyond the summary. */
  readonly description?: string;
  /** Command lines that work, without `tagalong` unless something is piped into it. */
  readonly examples: readonly string[];
}

/**
 * Which of the shared options a command takes: `local` talks to no service, `service` and
 * `administering` to no workspace in particular, `reading` and `writing` act in one, `sharing` writes and has a `-w` of its own.
 */
export type CommandKind = 'local' | 'service' | 'reading' | 'administering' | 'writing' | 'sharing';

/** A command that does something. Its options and arguments are added next, and {@link inSession} at last. */
export function addCommand(parent: Command, plan: CommandPlan): Command {
  const command = parent
    .command(plan.name)
    .summary(plan.summary)
    .description(plan.description ?? sentence(plan.summary));
  if (plan.aliases !== undefined) command.aliases(plan.aliases);
  return addExamples(command, plan.examples);
}

/** A command that only holds others. */
export function addGroup(
  parent: Command,
  plan: Pick<CommandPlan, 'name' | 'aliases' | 'summary' | 'description' | 'examples'>,
): Command {
  return addCommand(parent, plan);
}

/**
 * The action of a command: what it does, in a session made from its shared options. Those are added here, so that help
 * lists them behind the command's own; they count before the command's name as well, as hands expect of other command
 * lines.
 */
export function inSession<Arguments extends unknown[]>(
  command: Command,
  kind: CommandKind,
  world: World,
  run: (session: Session, ...values: Arguments) => Promise<void>,
): (...values: Arguments) => Promise<void> {
  addSharedOptions(command, kind);
  return (...values) => run(new Session(world, sharedOptions(command)), ...values);
}

/** The shared options of a command, wherever they stand in the line. */
export function sharedOptions(command: Command): CommonOptions {
  const own = command.opts<CommonOptions>();
  const before = rootOf(command).opts<CommonOptions>();
  const isColored = own.color !== false && before.color !== false;
  return { ...before, ...own, color: isColored };
}

/** @throws UsageError when `-w` stands before a command that means something else by it */
export function refuseWorkspaceBefore(command: Command): void {
  if (rootOf(command).opts<CommonOptions>().workspace === undefined) return;
  throw new UsageError(
    `write -w behind \`${command.parent?.name() ?? ''} ${command.name()}\`: there it names the target`,
    'the workspace that owns the image is the current one, or is named by --from',
  );
}

function addSharedOptions(command: Command, kind: CommandKind): void {
  switch (kind) {
    case 'local':
      addOutputOptions(command);
      return;
    case 'service':
      addServiceOptions(command);
      return;
    case 'reading':
      addServiceOptions(addWorkspaceOption(command));
      return;
    case 'writing':
      addServiceOptions(addWorkspaceOption(addWritingOptions(command)));
      return;
    case 'administering':
    case 'sharing':
      addServiceOptions(addWritingOptions(command));
  }
}

function addExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${asTyped(line)}\n`).join('')}`);
}

/** An example that begins with another program names `tagalong` itself. */
function asTyped(example: string): string {
  return example.includes('| tagalong ') ? example : `tagalong ${example}`;
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
