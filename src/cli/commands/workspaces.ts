import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { anythingSchema, workspaceSchema, workspacesSchema } from '../api/wire.js';
import type { Workspace } from '../api/wire.js';
import { CliError, UsageError } from '../cli-error.js';
import type { Printer } from '../output/printer.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { parseWorkspace } from './common-options.js';
import type { Session } from './session.js';
import { writing } from './session.js';

type Labels = Readonly<Record<string, string>>;

interface ChangeOptions extends WritingOptions {
  readonly displayName?: string;
  readonly label?: Labels;
}

/** `workspaces [list|use|create|get|update|delete]` */
export function addWorkspaces(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'workspaces',
    aliases: ['workspace', 'ws'],
    summary: 'the workspaces of the platform',
    examples: ['workspaces list', 'workspaces use production', 'workspaces create staging --display-name Staging'],
  });
  addList(group, world);
  addUse(group, world);
  addCreate(group, world);
  addShow(group, world);
  addUpdate(group, world);
  addDelete(group, world);
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the workspaces you have access to',
    examples: ['workspaces list', 'workspaces list -o yaml'],
  });
  list.action(
    inSession(list, 'service', world, async (session) => {
      const api = await session.api();
      const { workspace: current } = await session.target();
      const { printer } = session;
      printer.list(
        await api.get('/workspaces', workspacesSchema),
        [
          { title: '', value: ({ name }) => (name === current ? '*' : ' '), style: printer.colors.green },
          { title: 'WORKSPACE', value: ({ name }) => name },
          { title: 'DISPLAY NAME', value: ({ displayName }) => displayName },
          { title: 'ACCOUNT', value: ({ accountId }) => accountId },
          { title: 'STATUS', value: ({ status }) => status },
          { title: 'CREATED', value: ({ createdAt }) => printer.time(createdAt) },
        ],
        'There are no workspaces.',
      );
    }),
  );
}

function addUse(group: Command, world: World): void {
  const use = addCommand(group, {
    name: 'use',
    summary: 'act in another workspace from now on, with the current login',
    examples: ['workspaces use production'],
  }).argument('<name>', 'name of the workspace', parseWorkspace);
  use.action(
    inSession(use, 'local', world, async ({ contexts, printer }, name: string) => {
      const file = await contexts.read();
      const context = file.current === undefined ? undefined : file.contexts[file.current];
      if (file.current === undefined || context === undefined) {
        throw new CliError('nobody is logged in', undefined, 'log in with `tagalong login`');
      }
      await contexts.write({
        ...file,
        contexts: { ...file.contexts, [file.current]: { ...context, workspace: name } },
      });
      printer.done({ context: file.current, workspace: name }, `context ${file.current} now acts in ${name}`);
    }),
  );
}

function addCreate(group: Command, world: World): void {
  const create = addCommand(group, {
    name: 'create',
    summary: 'create a workspace',
    description:
      'Creates a workspace. Its name is unique everywhere and never changes. An operator names the account it belongs to.',
    examples: [
      'workspaces create staging --display-name Staging',
      'workspaces create staging --account acme --label team=ml',
    ],
  })
    .argument('<name>', 'name of the workspace', parseWorkspace)
    .option('--account <id>', 'the account it belongs to')
    .option('--display-name <text>', 'how people are shown it')
    .option('--label <key=value>', 'a label (repeat for more)', addLabel);
  create.action(
    inSession(
      create,
      'administering',
      world,
      async (session, name: string, options: ChangeOptions & { readonly account?: string }) => {
        const { account, displayName, label } = options;
        const body = {
          name,
          ...(displayName !== undefined && { displayName }),
          ...(label !== undefined && { labels: label }),
          ...(account !== undefined && { accountId: account }),
        };
        const api = await session.api();
        const { body: created } = await api.write('POST', '/workspaces', workspaceSchema, writing(options, { body }));
        session.printer.done(created, `created workspace ${created.name}`);
      },
    ),
  );
}

function addShow(group: Command, world: World): void {
  const show = addCommand(group, {
    name: 'get',
    summary: 'show a workspace',
    examples: ['workspaces get staging'],
  }).argument('[name]', 'name of the workspace; the current one if left out', parseWorkspace);
  show.action(
    inSession(show, 'service', world, async (session, given: string | undefined) => {
      const { api, name } = await about(session, given);
      const workspace = await api.get(`/workspaces/${name}`, workspaceSchema);
      session.printer.fields(workspace, workspaceFields(workspace, session.printer));
    }),
  );
}

function addUpdate(group: Command, world: World): void {
  const update = addCommand(group, {
    name: 'update',
    summary: 'change the display name or the labels of a workspace',
    examples: ['workspaces update staging --display-name "Staging, EU"', 'workspaces update staging --label team=ml'],
  })
    .argument('[name]', 'name of the workspace; the current one if left out', parseWorkspace)
    .option('--display-name <text>', 'how people are shown it')
    .option('--label <key=value>', 'a label (repeat for more); the labels given replace all there were', addLabel);
  update.action(
    inSession(update, 'administering', world, async (session, given: string | undefined, options: ChangeOptions) => {
      const { displayName, label } = options;
      if (displayName === undefined && label === undefined) {
        throw new UsageError('there is nothing to change', 'give --display-name or --label');
      }
      const { api, name } = await about(session, given);
      const body = { ...(displayName !== undefined && { displayName }), ...(label !== undefined && { labels: label }) };
      const path = `/workspaces/${name}`;
      const { body: changed } = await api.write('PUT', path, workspaceSchema, writing(options, { body }));
      session.printer.done(changed, `changed workspace ${name}`);
    }),
  );
}

function addDelete(group: Command, world: World): void {
  const remove = addCommand(group, {
    name: 'delete',
    summary: 'delete an empty workspace',
    examples: ['workspaces delete staging', 'workspaces delete staging --yes --reason "project ended"'],
  })
    .argument('<name>', 'name of the workspace', parseWorkspace)
    .option('-y, --yes', 'go ahead without asking');
  remove.action(
    inSession(
      remove,
      'administering',
      world,
      async (session, given: string, options: WritingOptions & { readonly yes?: boolean }) => {
        if (!(await session.confirm(`Delete the workspace ${given}?`, options.yes))) return;
        const { api, name } = await about(session, given);
        const { body } = await api.write('DELETE', `/workspaces/${name}`, anythingSchema, writing(options));
        session.printer.done(body, `deleted workspace ${name}`);
      },
    ),
  );
}

async function about(session: Session, given: string | undefined) {
  const name = given ?? (await session.requireWorkspace());
  return { api: await session.api(name), name };
}

function workspaceFields(workspace: Workspace, printer: Printer) {
  const labels = Object.entries(workspace.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    ['Workspace', workspace.name],
    ['Display name', workspace.displayName],
    ['Account', workspace.accountId],
    ['Status', workspace.status],
    ['Labels', labels.length === 0 ? undefined : labels.join(', ')],
    ['Created', printer.time(workspace.createdAt)],
  ] as const;
}

function addLabel(text: string, previous: Labels = {}): Labels {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('A label is written key=value.');
  return { ...previous, [text.slice(0, equals)]: text.slice(equals + 1) };
}
