import { Module } from '@nestjs/common';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';
import { WebhookSecretsController } from './webhook-secrets.controller.js';
import { WebhooksController } from './webhooks.controller.js';

/** Webhooks, over HTTP. */
@Module({ controllers: [WebhooksController, WebhookSecretsController, WebhookDeliveriesController] })
export class WebhooksModule {}
