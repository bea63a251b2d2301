import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { anythingSchema, apiKeySchema, apiKeysSchema } from '../api/wire.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { writing } from './session.js';

interface CreateOptions extends WritingOptions {
  readonly name?: string;
  readonly expiresIn?: string;
}

/** `keys list|create|revoke` */
export function addKeys(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'keys',
    aliases: ['key'],
    summary: 'API keys of service accounts',
    examples: ['keys create sa-3f9c2a --name ci --expires-in 90d', 'keys revoke sa-3f9c2a ak_7d1e'],
  });
  addList(group, world);
  addCreate(group, world);
  addRevoke(group, world);
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the keys of a service account, never the keys themselves',
    examples: ['keys list sa-3f9c2a', 'keys list sa-3f9c2a -o json'],
  }).argument('<client-id>', 'client id of the service account');
  list.action(
    inSession(list, 'reading', world, async (session, clientId: string) => {
      const api = await session.api();
      const { printer } = session;
      printer.list(
        await api.get(keysPath(clientId), apiKeysSchema),
        [
          { title: 'KEY', value: ({ id }) => id },
          { title: 'NAME', value: ({ name }) => (name === '' ? undefined : name) },
          { title: 'CREATED', value: ({ createdAt }) => printer.time(createdAt) },
          { title: 'EXPIRES', value: ({ expiresAt }) => printer.time(expiresAt) ?? 'never' },
        ],
        'There are no keys.',
      );
    }),
  );
}

function addCreate(group: Command, world: World): void {
  const create = addCommand(group, {
    name: 'create',
    summary: 'make a key for a service account; it is shown this once',
    examples: ['keys create sa-3f9c2a --name ci --expires-in 90d', 'keys create sa-3f9c2a -o json'],
  })
    .argument('<client-id>', 'client id of the service account')
    .option('--name <name>', 'what the key is for')
    .option(
      '--expires-in <duration>',
      'how long it works, such as 24h, 30d or 12w; for ever if left out',
      parseDuration,
    );
  create.action(
    inSession(create, 'writing', world, async (session, clientId: string, options: CreateOptions) => {
      const { name, expiresIn } = options;
      const body = { ...(name !== undefined && { name }), ...(expiresIn !== undefined && { expires_in: expiresIn }) };
      const api = await session.api();
      const { body: created } = await api.write('POST', keysPath(clientId), apiKeySchema, writing(options, { body }));
      const { printer } = session;
      printer.fields(created, [
        ['Key', created.apiKey],
        ['Id', created.id],
        ['Name', created.name === '' ? undefined : created.name],
        ['Expires', printer.time(created.expiresAt) ?? created.expires_in],
      ]);
      if (created.apiKey !== undefined) printer.note('the key is shown this once; keep it where secrets are kept');
    }),
  );
}

function addRevoke(group: Command, world: World): void {
  const revoke = addCommand(group, {
    name: 'revoke',
    aliases: ['delete'],
    summary: 'revoke a key; it stops working at once',
    examples: ['keys revoke sa-3f9c2a ak_7d1e', 'keys revoke sa-3f9c2a ak_7d1e --yes --reason "leaked"'],
  })
    .argument('<client-id>', 'client id of the service account')
    .argument('<key-id>', 'id of the key')
    .option('-y, --yes', 'go ahead without asking');
  revoke.action(
    inSession(
      revoke,
      'writing',
      world,
      async (session, clientId: string, keyId: string, options: WritingOptions & { readonly yes?: boolean }) => {
        if (!(await session.confirm(`Revoke the key ${keyId}?`, options.yes))) return;
        const api = await session.api();
        const path = `${keysPath(clientId)}/${encodeURIComponent(keyId)}`;
        await api.write('DELETE', path, anythingSchema, writing(options));
        session.printer.done({ revoked: keyId }, `revoked key ${keyId}`);
      },
    ),
  );
}

function keysPath(clientId: string): string {
  return `/service_accounts/${encodeURIComponent(clientId)}/api_keys`;
}

function parseDuration(text: string): string {
  if (/^[1-9]\d*[hdw]$/.test(text)) return text;
  throw new InvalidArgumentError('A duration is a number with h, d or w behind it, such as 30d.');
}
