import type { Command } from 'commander';
import { anythingSchema, webhookSchema, webhookSecretSchema, webhooksSchema } from '../api/wire.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { writing } from './session.js';
import { addWebhookDeliveries } from './webhook-deliveries.js';

interface CreateOptions extends WritingOptions {
  readonly description?: string;
  readonly event?: readonly string[];
}

/** `webhooks list|create|delete|enable|disable|secret|rotate|test|deliveries|redeliver` */
export function addWebhooks(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'webhooks',
    aliases: ['webhook'],
    summary: 'have the events of a workspace sent to a URL',
    examples: ['webhooks create https://example.com/hooks/tagalong', 'webhooks deliveries wh_0f1e2d3c4b'],
  });
  addList(group, world);
  addCreate(group, world);
  addDelete(group, world);
  addSwitch(group, world, 'enable', 'go on sending to a webhook where that stopped', 'enabled');
  addSwitch(group, world, 'disable', 'send nothing to a webhook until it is enabled again', 'disabled');
  addSecret(group, world);
  addRotate(group, world);
  addWebhookDeliveries(group, world);
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the webhooks of a workspace',
    examples: ['webhooks list', 'webhooks list -o json'],
  });
  list.action(
    inSession(list, 'reading', world, async (session) => {
      const api = await session.api();
      const { printer } = session;
      printer.list(
        await api.get('/webhooks', webhooksSchema),
        [
          { title: 'WEBHOOK', value: ({ id }) => id },
          { title: 'URL', value: ({ url }) => url },
          { title: 'EVENTS', value: ({ events }) => events?.join(', ') ?? 'all' },
          { title: 'STATE', value: ({ state, disabledReason }) => disabledReason ?? state },
          { title: 'FAILING SINCE', value: ({ failingSince }) => printer.time(failingSince) },
        ],
        'There are no webhooks.',
      );
    }),
  );
}

function addCreate(group: Command, world: World): void {
  const create = addCommand(group, {
    name: 'create',
    summary: 'create a webhook',
    description:
      'Has what changes in the catalog of the workspace sent to a URL from now on, as signed CloudEvents. Prints the secret by which the receiver can tell that they are genuine.',
    examples: [
      'webhooks create https://example.com/hooks/tagalong',
      'webhooks create https://example.com/hooks --event tag.pushed --event image.shared-in --description "rebuilds"',
    ],
  })
    .argument('<url>', 'where messages are sent')
    .option('--description <text>', 'what it is for')
    .option('--event <type>', 'a type of event to send, once for each; all if left out', collected);
  create.action(
    inSession(create, 'writing', world, async (session, url: string, options: CreateOptions) => {
      const { description, event: events } = options;
      const body = { url, ...(description !== undefined && { description }), ...(events !== undefined && { events }) };
      const api = await session.api();
      const { body: created } = await api.write('POST', '/webhooks', webhookSchema, writing(options, { body }));
      session.printer.fields(created, [
        ['Webhook', created.id],
        ['URL', created.url],
        ['Events', created.events?.join(', ') ?? 'all'],
        ['Secret', created.secret],
      ]);
    }),
  );
}

function addDelete(group: Command, world: World): void {
  const remove = addCommand(group, {
    name: 'delete',
    summary: 'delete a webhook and what is logged of it',
    examples: ['webhooks delete wh_0f1e2d3c4b', 'webhooks delete wh_0f1e2d3c4b --yes'],
  })
    .argument('<webhook>', 'id of the webhook')
    .option('-y, --yes', 'go ahead without asking');
  remove.action(
    inSession(
      remove,
      'writing',
      world,
      async (session, id: string, options: WritingOptions & { readonly yes?: boolean }) => {
        if (!(await session.confirm(`Delete the webhook ${id}?`, options.yes))) return;
        const api = await session.api();
        const { body } = await api.write('DELETE', webhookPath(id), anythingSchema, writing(options));
        session.printer.done(body, `deleted webhook ${id}`);
      },
    ),
  );
}

function addSwitch(group: Command, world: World, name: string, summary: string, done: string): void {
  const command = addCommand(group, { name, summary, examples: [`webhooks ${name} wh_0f1e2d3c4b`] }).argument(
    '<webhook>',
    'id of the webhook',
  );
  command.action(
    inSession(command, 'writing', world, async (session, id: string, options: WritingOptions) => {
      const api = await session.api();
      const { body } = await api.write('POST', `${webhookPath(id)}/${name}`, webhookSchema, writing(options));
      session.printer.done(body, `${done} webhook ${id}`);
    }),
  );
}

function addSecret(group: Command, world: World): void {
  const command = addCommand(group, {
    name: 'secret',
    summary: 'show what the messages of a webhook are signed with',
    examples: ['webhooks secret wh_0f1e2d3c4b', 'webhooks secret wh_0f1e2d3c4b -o json'],
  }).argument('<webhook>', 'id of the webhook');
  command.action(
    inSession(command, 'reading', world, async (session, id: string) => {
      const api = await session.api();
      const found = await api.get(`${webhookPath(id)}/secret`, webhookSecretSchema);
      const { printer } = session;
      printer.fields(found, [
        ['Secret', found.secret],
        ['Before', found.previous?.secret],
        ['In force until', printer.time(found.previous?.until)],
      ]);
    }),
  );
}

function addRotate(group: Command, world: World): void {
  const command = addCommand(group, {
    name: 'rotate',
    summary: 'give a webhook a new secret; for a day messages are signed with both',
    examples: ['webhooks rotate wh_0f1e2d3c4b', 'webhooks rotate wh_0f1e2d3c4b --at-once --reason "leaked"'],
  })
    .argument('<webhook>', 'id of the webhook')
    .option('--at-once', 'end the secret before at once');
  command.action(
    inSession(
      command,
      'writing',
      world,
      async (session, id: string, options: WritingOptions & { readonly atOnce?: boolean }) => {
        const api = await session.api();
        const body = options.atOnce === true ? { atOnce: true } : {};
        const write = writing(options, { body });
        const { body: rotated } = await api.write('POST', `${webhookPath(id)}/secret`, webhookSecretSchema, write);
        session.printer.fields(rotated, [['Secret', rotated.secret]]);
      },
    ),
  );
}

/** The path of a webhook. */
export function webhookPath(id: string): string {
  return `/webhooks/${encodeURIComponent(id)}`;
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
