import { defineCommand } from '../../command-bus/command-definition.js';
import type { CommandDefinition } from '../../command-bus/command-definition.js';
import type { WebhookHandlers } from '../handlers/webhook-handlers.js';
import {
  CreateWebhookDto,
  DeleteWebhookDto,
  DisableWebhookDto,
  EnableWebhookDto,
  RotateWebhookSecretDto,
} from './webhook-commands.dto.js';

/** The commands about webhooks, as the bus takes them. Secrets are asked for where answers are not kept. */
export function webhookCommandDefinitions(handlers: WebhookHandlers): readonly CommandDefinition[] {
  return [
    defineCommand('CreateWebhook', CreateWebhookDto, async ({ description = '', ...payload }, request) => {
      const { webhookId, ...outcome } = await handlers.create({ ...payload, description }, request);
      return outcome.kind === 'rejected' ? outcome : { ...outcome, result: { webhookId } };
    }),
    defineCommand('RotateWebhookSecret', RotateWebhookSecretDto, ({ atOnce = false, ...place }, request) =>
      handlers.rotateSecret(place, atOnce, request),
    ),
    defineCommand('DisableWebhook', DisableWebhookDto, (place, request) => handlers.disable(place, request)),
    defineCommand('EnableWebhook', EnableWebhookDto, (place, request) => handlers.enable(place, request)),
    defineCommand('DeleteWebhook', DeleteWebhookDto, (place, request) => handlers.delete(place, request)),
  ];
}
