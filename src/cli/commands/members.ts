import type { Command } from 'commander';
import { Argument, Option } from 'commander';
import { anythingSchema, memberSchema, membersSchema } from '../api/wire.js';
import type { Member } from '../api/wire.js';
import { UsageError } from '../cli-error.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { writing } from './session.js';

export const roles = ['admin', 'member'] as const;

interface RoleOptions extends WritingOptions {
  readonly role?: string;
}

/** `members list|add|invite|role|remove` */
export function addMembers(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'members',
    aliases: ['member', 'users'],
    summary: 'the people and service accounts of a workspace',
    examples: ['members list', 'members invite kim@example.com --role admin', 'members remove kim@example.com'],
  });
  addList(group, world);
  addAdd(group, world);
  addInvite(group, world);
  addRole(group, world);
  addRemove(group, world);
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the members of a workspace and those invited',
    examples: ['members list', 'members list -w production -o json'],
  });
  list.action(
    inSession(list, 'reading', world, async (session) => {
      const api = await session.api();
      const { printer } = session;
      printer.list(
        await api.get('/users', membersSchema),
        [
          { title: 'MEMBER', value: ({ sub, email }) => sub ?? email },
          { title: 'EMAIL', value: ({ email }) => email },
          { title: 'ROLE', value: ({ role }) => role },
          { title: 'STATUS', value: statusOf },
        ],
        'There are no members.',
      );
    }),
  );
}

function addAdd(group: Command, world: World): void {
  const add = addCommand(group, {
    name: 'add',
    summary: 'add a user by subject, or a service account by client id',
    examples: ['members add auth0|5f7c8ec7c33c --role member', 'members add --service-account sa-3f9c2a --role admin'],
  })
    .argument('[sub]', 'subject of the user, as the identity provider names it')
    .option('--service-account <client-id>', 'a service account instead of a user')
    .option('--email <address>', 'address of the user, to be shown')
    .addOption(roleOption());
  add.action(
    inSession(
      add,
      'writing',
      world,
      async (
        session,
        sub: string | undefined,
        options: RoleOptions & { readonly serviceAccount?: string; readonly email?: string },
      ) => {
        const { serviceAccount, email, role } = options;
        if ((sub === undefined) === (serviceAccount === undefined)) {
          throw new UsageError('name one to add', 'give a subject, or --service-account CLIENT-ID');
        }
        const body = {
          ...(sub !== undefined && { sub }),
          ...(serviceAccount !== undefined && { serviceAccount }),
          ...(email !== undefined && { email }),
          ...(role !== undefined && { role }),
        };
        const api = await session.api();
        const { body: added } = await api.write('POST', '/users', anythingSchema, writing(options, { body }));
        session.printer.done(added, `added ${sub ?? serviceAccount ?? ''} as ${role ?? 'member'}`);
      },
    ),
  );
}

function addInvite(group: Command, world: World): void {
  const invite = addCommand(group, {
    name: 'invite',
    summary: 'invite a person by email address',
    description: 'Invites a person. Whoever signs in with that address, verified, becomes a member.',
    examples: ['members invite kim@example.com', 'members invite kim@example.com --role admin'],
  })
    .argument('<email>', 'address of the person')
    .addOption(roleOption());
  invite.action(
    inSession(invite, 'writing', world, async (session, email: string, options: RoleOptions) => {
      const { role } = options;
      const body = { email, ...(role !== undefined && { role }) };
      const api = await session.api();
      const { body: invited } = await api.write('POST', '/users', anythingSchema, writing(options, { body }));
      session.printer.done(invited, `invited ${email} as ${role ?? 'member'}`);
    }),
  );
}

function addRole(group: Command, world: World): void {
  const role = addCommand(group, {
    name: 'role',
    summary: 'change the role of a member',
    examples: ['members role kim@example.com admin'],
  })
    .argument('<member>', 'subject or email address')
    .addArgument(new Argument('<role>', 'the new role').choices([...roles]));
  role.action(
    inSession(role, 'writing', world, async (session, member: string, wanted: string, options: WritingOptions) => {
      const api = await session.api();
      const path = `/users/${encodeURIComponent(member)}`;
      const { body } = await api.write('PUT', path, memberSchema, writing(options, { body: { role: wanted } }));
      session.printer.done(body, `${member} is ${wanted} now`);
    }),
  );
}

function addRemove(group: Command, world: World): void {
  const remove = addCommand(group, {
    name: 'remove',
    aliases: ['delete'],
    summary: 'remove a member, or take back an invitation',
    examples: ['members remove kim@example.com', 'members remove kim@example.com --yes --reason "left the team"'],
  })
    .argument('<member>', 'subject or email address')
    .option('-y, --yes', 'go ahead without asking');
  remove.action(
    inSession(
      remove,
      'writing',
      world,
      async (session, member: string, options: WritingOptions & { readonly yes?: boolean }) => {
        if (!(await session.confirm(`Remove ${member} from the workspace?`, options.yes))) return;
        const api = await session.api();
        await api.write('DELETE', `/users/${encodeURIComponent(member)}`, anythingSchema, writing(options));
        session.printer.done({ removed: member }, `removed ${member}`);
      },
    ),
  );
}

function roleOption(): Option {
  return new Option('--role <role>', 'what they may do; member if left out').choices([...roles]);
}

function statusOf({ accepted, expired }: Member): string | undefined {
  if (accepted === undefined) return undefined;
  return accepted ? 'active' : expired === true ? 'invitation expired' : 'invited';
}
