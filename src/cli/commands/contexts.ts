import type { Command } from 'commander';
import { UsageError } from '../cli-error.js';
import type { Column } from '../output/table.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';

interface Row {
  readonly name: string;
  readonly url: string;
  readonly workspace: string | undefined;
  readonly isCurrent: boolean;
}

/** `contexts list|use|remove` */
export function addContexts(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'contexts',
    aliases: ['context'],
    summary: 'the logins kept on this machine',
    examples: ['contexts list', 'contexts use production', 'contexts remove staging'],
  });
  addList(group, world);
  addUse(group, world);
  addRemove(group, world);
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the logins; keys are not shown',
    examples: ['contexts list', 'contexts list -o json'],
  });
  list.action(
    inSession(list, 'local', world, async ({ contexts, printer }) => {
      const { contexts: known, current } = await contexts.read();
      const rows: readonly Row[] = Object.entries(known).map(([name, { url, workspace }]) => ({
        name,
        url,
        workspace,
        isCurrent: name === current,
      }));
      const columns: readonly Column<Row>[] = [
        { title: '', value: ({ isCurrent }) => (isCurrent ? '*' : ' '), style: printer.colors.green },
        { title: 'CONTEXT', value: ({ name }) => name },
        { title: 'ADDRESS', value: ({ url }) => url },
        { title: 'WORKSPACE', value: ({ workspace }) => workspace },
      ];
      printer.list(rows, columns, 'There are no logins. Log in with `tagalong login`.');
      if (await contexts.isExposed()) {
        printer.warn(`others may read ${contexts.path}, which holds keys: chmod 600 ${contexts.path}`);
      }
    }),
  );
}

function addUse(group: Command, world: World): void {
  const use = addCommand(group, {
    name: 'use',
    summary: 'make a login the current one',
    examples: ['contexts use production'],
  }).argument('<name>', 'name of the context');
  use.action(
    inSession(use, 'local', world, async ({ contexts, printer }, name: string) => {
      const file = await contexts.read();
      requireContext(Object.keys(file.contexts), name);
      await contexts.write({ ...file, current: name });
      printer.done({ current: name }, `the current context is ${name}`);
    }),
  );
}

function addRemove(group: Command, world: World): void {
  const remove = addCommand(group, {
    name: 'remove',
    aliases: ['delete'],
    summary: 'forget a login and its key; the key itself stays valid',
    examples: ['contexts remove staging'],
  }).argument('<name>', 'name of the context');
  remove.action(
    inSession(remove, 'local', world, async ({ contexts, printer }, name: string) => {
      const { current, contexts: known, version } = await contexts.read();
      requireContext(Object.keys(known), name);
      const rest = Object.fromEntries(Object.entries(known).filter(([candidate]) => candidate !== name));
      const isCurrent = current === undefined || current === name;
      await contexts.write({ version, contexts: rest, ...(!isCurrent && { current }) });
      printer.done({ removed: name }, `forgot context ${name}`);
    }),
  );
}

function requireContext(names: readonly string[], name: string): void {
  if (names.includes(name)) return;
  throw new UsageError(
    `there is no context ${name}`,
    names.length === 0 ? 'log in with `tagalong login`' : `there is: ${names.join(', ')}`,
  );
}
