import type { Command } from 'commander';
import { Option } from 'commander';
import { anythingSchema, serviceAccountSchema, serviceAccountsSchema } from '../api/wire.js';
import { UsageError } from '../cli-error.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { roles } from './members.js';
import { writing } from './session.js';

interface ChangeOptions extends WritingOptions {
  readonly name?: string;
  readonly description?: string;
  readonly role?: string;
  readonly mayActForOthers?: boolean;
}

/** `service-accounts list|create|update|delete` */
export function addServiceAccounts(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'service-accounts',
    aliases: ['service-account', 'sa'],
    summary: 'identities for machines',
    examples: ['service-accounts create ci --role member', 'service-accounts list'],
  });
  addList(group, world);
  addCreate(group, world);
  addUpdate(group, world);
  addDelete(group, world);
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the service accounts of a workspace',
    examples: ['service-accounts list', 'service-accounts list -o json'],
  });
  list.action(
    inSession(list, 'reading', world, async (session) => {
      const api = await session.api();
      const { printer } = session;
      printer.list(
        await api.get('/service_accounts', serviceAccountsSchema),
        [
          { title: 'CLIENT ID', value: ({ client_id }) => client_id },
          { title: 'NAME', value: ({ name }) => name },
          { title: 'ROLE', value: ({ role }) => role },
          { title: 'DESCRIPTION', value: ({ description }) => (description === '' ? undefined : description) },
          { title: 'CREATED', value: ({ created_at }) => printer.time(created_at) },
        ],
        'There are no service accounts.',
      );
    }),
  );
}

function addCreate(group: Command, world: World): void {
  const create = addCommand(group, {
    name: 'create',
    summary: 'create a service account',
    description:
      'Creates a service account, which becomes a member of the workspace. It acts with keys: see `tagalong keys create`.',
    examples: [
      'service-accounts create ci --description "pushes from CI"',
      'service-accounts create gateway --role admin --may-act-for-others',
    ],
  })
    .argument('<name>', 'name of the service account')
    .option('--description <text>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do; member if left out').choices([...roles]))
    .option('--may-act-for-others', 'let it send commands in the name of others');
  create.action(
    inSession(create, 'writing', world, async (session, name: string, options: ChangeOptions) => {
      const { description, role, mayActForOthers } = options;
      const body = {
        name,
        ...(description !== undefined && { description }),
        ...(role !== undefined && { role }),
        ...(mayActForOthers === true && { mayActForOthers }),
      };
      const api = await session.api();
      const path = '/service_accounts';
      const { body: created } = await api.write('POST', path, serviceAccountSchema, writing(options, { body }));
      session.printer.done(created, `created service account ${name} with client id ${created.client_id}`);
    }),
  );
}

function addUpdate(group: Command, world: World): void {
  const update = addCommand(group, {
    name: 'update',
    summary: 'change the name or description of a service account',
    examples: ['service-accounts update sa-3f9c2a --description "pushes from CI"'],
  })
    .argument('<client-id>', 'client id of the service account')
    .option('--name <name>', 'its name')
    .option('--description <text>', 'what it is for');
  update.action(
    inSession(update, 'writing', world, async (session, clientId: string, options: ChangeOptions) => {
      const { name, description } = options;
      if (name === undefined && description === undefined) {
        throw new UsageError('there is nothing to change', 'give --name or --description');
      }
      const body = { ...(name !== undefined && { name }), ...(description !== undefined && { description }) };
      const api = await session.api();
      const path = `/service_accounts/${encodeURIComponent(clientId)}`;
      const { body: changed } = await api.write('PUT', path, serviceAccountSchema, writing(options, { body }));
      session.printer.done(changed, `changed service account ${clientId}`);
    }),
  );
}

function addDelete(group: Command, world: World): void {
  const remove = addCommand(group, {
    name: 'delete',
    summary: 'delete a service account; its keys stop working at once',
    examples: ['service-accounts delete sa-3f9c2a', 'service-accounts delete sa-3f9c2a --yes'],
  })
    .argument('<client-id>', 'client id of the service account')
    .option('-y, --yes', 'go ahead without asking');
  remove.action(
    inSession(
      remove,
      'writing',
      world,
      async (session, clientId: string, options: WritingOptions & { readonly yes?: boolean }) => {
        if (!(await session.confirm(`Delete the service account ${clientId} and all its keys?`, options.yes))) return;
        const api = await session.api();
        const path = `/service_accounts/${encodeURIComponent(clientId)}`;
        const { body } = await api.write('DELETE', path, anythingSchema, writing(options));
        session.printer.done(body, `deleted service account ${clientId}`);
      },
    ),
  );
}
