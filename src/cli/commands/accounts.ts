import type { Command } from 'commander';
import { Option } from 'commander';
import { accountSchema, accountsSchema, anythingSchema } from '../api/wire.js';
import { UsageError } from '../cli-error.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { writing } from './session.js';

interface CreateOptions extends WritingOptions {
  readonly id?: string;
  readonly ownerEmail?: string;
}

interface PolicyOptions extends WritingOptions {
  readonly targetAdmin?: string;
  readonly acrossAccounts?: string;
}

/** `accounts list|get|create|sharing-policy` */
export function addAccounts(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'accounts',
    aliases: ['account'],
    summary: 'the accounts of the platform, for operators',
    examples: ['accounts create Acme --id acme', 'accounts sharing-policy acme --across-accounts by-request'],
  });
  addList(group, world);
  addShow(group, world);
  addCreate(group, world);
  addPolicy(group, world);
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the accounts',
    examples: ['accounts list', 'accounts list -o json'],
  });
  list.action(
    inSession(list, 'service', world, async (session) => {
      const api = await session.api();
      const { printer } = session;
      printer.list(
        await api.get('/accounts', accountsSchema),
        [
          { title: 'ACCOUNT', value: ({ id }) => id },
          { title: 'NAME', value: ({ name }) => name },
          { title: 'OWNER', value: ({ ownerEmail }) => ownerEmail },
          { title: 'TARGET ADMIN', value: ({ sharingPolicy }) => sharingPolicy?.targetAdmin },
          { title: 'ACROSS ACCOUNTS', value: ({ sharingPolicy }) => sharingPolicy?.acrossAccounts },
          { title: 'CREATED', value: ({ createdAt }) => printer.time(createdAt) },
        ],
        'There are no accounts.',
      );
    }),
  );
}

function addShow(group: Command, world: World): void {
  const show = addCommand(group, {
    name: 'get',
    summary: 'show an account and its sharing policy',
    examples: ['accounts get acme'],
  }).argument('<id>', 'id of the account');
  show.action(
    inSession(show, 'service', world, async (session, id: string) => {
      const api = await session.api();
      const account = await api.get(`/accounts/${encodeURIComponent(id)}`, accountSchema);
      session.printer.fields(account, [
        ['Account', account.id],
        ['Name', account.name],
        ['Owner', account.ownerEmail],
        ['Target admin', account.sharingPolicy?.targetAdmin],
        ['Across accounts', account.sharingPolicy?.acrossAccounts],
        ['Created', session.printer.time(account.createdAt)],
      ]);
    }),
  );
}

function addCreate(group: Command, world: World): void {
  const create = addCommand(group, {
    name: 'create',
    summary: 'open an account',
    examples: ['accounts create Acme --id acme --owner-email owner@acme.example'],
  })
    .argument('<name>', 'name of the account')
    .option('--id <id>', 'its id; made by the service if left out')
    .option('--owner-email <address>', 'address of its owner');
  create.action(
    inSession(create, 'administering', world, async (session, name: string, options: CreateOptions) => {
      const { id, ownerEmail } = options;
      const body = { name, ...(id !== undefined && { id }), ...(ownerEmail !== undefined && { ownerEmail }) };
      const api = await session.api();
      const { body: created } = await api.write('POST', '/accounts', accountSchema, writing(options, { body }));
      session.printer.done(created, `opened account ${created.id}`);
    }),
  );
}

function addPolicy(group: Command, world: World): void {
  const policy = addCommand(group, {
    name: 'sharing-policy',
    summary: 'change what an account allows in sharing',
    description:
      'Sharing within an account needs an admin of both workspaces, unless --target-admin not-required. Sharing with workspaces of ' +
      'other accounts is forbidden, unless both accounts say --across-accounts by-request; an admin of the target then has to accept.',
    examples: [
      'accounts sharing-policy acme --across-accounts by-request',
      'accounts sharing-policy acme --target-admin not-required --reason "one team owns all"',
    ],
  })
    .argument('<id>', 'id of the account')
    .addOption(
      new Option('--target-admin <rule>', 'whether an admin of the target is needed').choices([
        'required',
        'not-required',
      ]),
    )
    .addOption(
      new Option('--across-accounts <rule>', 'whether other accounts may be asked').choices([
        'forbidden',
        'by-request',
      ]),
    );
  policy.action(
    inSession(policy, 'administering', world, async (session, id: string, options: PolicyOptions) => {
      const { targetAdmin, acrossAccounts } = options;
      if (targetAdmin === undefined && acrossAccounts === undefined) {
        throw new UsageError('there is nothing to change', 'give --target-admin or --across-accounts');
      }
      const api = await session.api();
      const path = `/accounts/${encodeURIComponent(id)}`;
      // The policy is written as a whole; what is not named here stays as it is.
      const { sharingPolicy } = await api.get(path, accountSchema);
      const body = {
        targetAdmin: targetAdmin ?? sharingPolicy?.targetAdmin ?? 'required',
        acrossAccounts: acrossAccounts ?? sharingPolicy?.acrossAccounts ?? 'forbidden',
      };
      const { body: changed } = await api.write(
        'PUT',
        `${path}/sharing-policy`,
        anythingSchema,
        writing(options, { body }),
      );
      session.printer.done(
        changed,
        `account ${id}: target admin ${body.targetAdmin}, across accounts ${body.acrossAccounts}`,
      );
    }),
  );
}
