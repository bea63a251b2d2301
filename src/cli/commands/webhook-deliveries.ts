import type { Command } from 'commander';
import { Option } from 'commander';
import type { z } from 'zod';
import { deliveriesSchema, deliverySchema } from '../api/wire.js';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Printer } from '../output/printer.js';
import type { World } from '../world.js';
import { addCommand, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { writing } from './session.js';

type Delivery = z.infer<typeof deliverySchema>;

const states = ['pending', 'delivered', 'failed'] as const;

/** `webhooks deliveries|redeliver|test` */
export function addWebhookDeliveries(group: Command, world: World): void {
  addDeliveries(group, world);
  addRedeliver(group, world);
  addTest(group, world);
}

function addDeliveries(group: Command, world: World): void {
  const command = addCommand(group, {
    name: 'deliveries',
    aliases: ['log'],
    summary: 'show what was sent to a webhook and what became of it, the latest first',
    examples: ['webhooks deliveries wh_0f1e2d3c4b --state failed', 'webhooks deliveries wh_0f1e2d3c4b -o json'],
  })
    .argument('<webhook>', 'id of the webhook')
    .addOption(new Option('--state <state>', 'only those in this state').choices([...states]));
  command.action(
    inSession(command, 'reading', world, async (session, id: string, options: { readonly state?: string }) => {
      const api = await session.api();
      const query = { limit: '100', ...(options.state !== undefined && { state: options.state }) };
      const { printer } = session;
      printer.list(
        await api.get(`/webhooks/${encodeURIComponent(id)}/deliveries`, deliveriesSchema, query),
        [
          { title: 'DELIVERY', value: ({ id: delivery }) => delivery },
          { title: 'TYPE', value: ({ type }) => type },
          { title: 'STATE', value: ({ state }) => state },
          { title: 'ATTEMPTS', value: ({ attempts }) => String(attempts.length) },
          { title: 'LAST', value: ({ attempts }) => printer.time(attempts.at(-1)?.at) },
          { title: 'ANSWER', value: answerOf },
          { title: 'NEXT', value: ({ nextAttemptAt }) => printer.time(nextAttemptAt) },
        ],
        'Nothing was sent.',
      );
    }),
  );
}

function addRedeliver(group: Command, world: World): void {
  const command = addCommand(group, {
    name: 'redeliver',
    summary: 'send a delivery once more, now',
    examples: ['webhooks redeliver wh_0f1e2d3c4b 5f0c1d6e-0a46-5a0e-8f0e-2b6f5f6f7a10'],
  })
    .argument('<webhook>', 'id of the webhook')
    .argument('<delivery>', 'id of the delivery');
  command.action(
    inSession(command, 'writing', world, async (session, id: string, delivery: string, options: WritingOptions) => {
      const api = await session.api();
      const path = `/webhooks/${encodeURIComponent(id)}/deliveries/${encodeURIComponent(delivery)}/redeliver`;
      const { body } = await api.write('POST', path, deliverySchema, writing(options));
      tell(session.printer, body);
    }),
  );
}

function addTest(group: Command, world: World): void {
  const command = addCommand(group, {
    name: 'test',
    summary: 'send a test message to a webhook',
    examples: ['webhooks test wh_0f1e2d3c4b'],
  }).argument('<webhook>', 'id of the webhook');
  command.action(
    inSession(command, 'writing', world, async (session, id: string, options: WritingOptions) => {
      const api = await session.api();
      const path = `/webhooks/${encodeURIComponent(id)}/test`;
      const { body } = await api.write('POST', path, deliverySchema, writing(options));
      tell(session.printer, body);
    }),
  );
}

function tell(printer: Printer, delivery: Delivery): void {
  const arrived = delivery.state === 'delivered';
  const verdict = arrived ? 'delivered' : 'did not arrive';
  printer.done(delivery, `${delivery.id} ${verdict}: ${answerOf(delivery) ?? 'no answer'}`);
  if (!arrived) throw new CliError('the receiver did not take the message', exitCodes.failed);
}

function answerOf({ attempts }: Delivery): string | undefined {
  const last = attempts.at(-1);
  return last?.fault ?? (last?.status === undefined ? undefined : String(last.status));
}
