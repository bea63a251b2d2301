import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Refuses } from '../http/openapi/answers.js';
import { cursorHeader } from '../http/openapi/headers.js';
import { workspaceOf } from '../http/request-context.js';
import { deliveryJson, deliverySchema } from './deliveries.view.js';
import type { DeliveryJson } from './deliveries.view.js';
import { ManualDeliveries } from './deliveries/manual-deliveries.js';
import { WebhookReader } from './webhook-reader.js';
import { DeliveriesQueryDto, DeliveryPathDto, WebhookPathDto } from './webhooks.dto.js';

const defaultPage = 100;

@ApiTags('webhooks')
@Controller('v0/webhooks/:webhookId')
export class WebhookDeliveriesController {
  constructor(
    private readonly reader: WebhookReader,
    private readonly manual: ManualDeliveries,
  ) {}

  /**
   * What was sent and what became of it, the latest first; of each webhook the last 500 are remembered.
   *
   * The header X-Next-Cursor tells where the next page begins; the last page has none.
   */
  @Get('deliveries')
  @Access('admin')
  @ApiOperation({ operationId: 'listWebhookDeliveries', summary: 'See what was sent to a webhook.' })
  @Answers(200, 'A page of deliveries, the latest first.', z.array(deliverySchema), cursorHeader)
  @Refuses(404, 'webhook-not-found')
  async list(
    @Param() { webhookId }: WebhookPathDto,
    @Query() { limit, cursor, state }: DeliveriesQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveryJson[]> {
    const webhook = await this.reader.get(workspaceOf(request), webhookId);
    const size = limit === undefined ? defaultPage : Number(limit);
    const before = cursor === undefined ? undefined : Number(cursor);
    const found = await this.reader.deliveries(webhook, { limit: size + 1, before, state });
    const page = found.slice(0, size);
    const last = page.at(-1);
    if (found.length > size && last !== undefined) void reply.header('x-next-cursor', String(last.number));
    return page.map(deliveryJson);
  }

  /** Sends it once more, now, as it was, whatever else waits. Answers what came of it. */
  @Post('deliveries/:deliveryId/redeliver')
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'redeliverWebhookDelivery', summary: 'Send a delivery once more.' })
  @Answers(200, 'The delivery, with what came of it.', deliverySchema)
  @Refuses(404, 'webhook-not-found', 'delivery-not-found')
  async redeliver(
    @Param() { webhookId, deliveryId }: DeliveryPathDto,
    @Req() request: FastifyRequest,
  ): Promise<DeliveryJson> {
    const webhook = await this.reader.get(workspaceOf(request), webhookId);
    const delivery = await this.reader.delivery(webhook, deliveryId);
    return deliveryJson(await this.manual.redeliver(webhook, delivery));
  }

  /** Sends a message of the type `tagalong.webhook.test`, which tells nothing. Answers what came of it. */
  @Post('test')
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'testWebhook', summary: 'Send a test message.' })
  @Answers(200, 'The delivery, with what came of it.', deliverySchema)
  @Refuses(404, 'webhook-not-found')
  async test(@Param() { webhookId }: WebhookPathDto, @Req() request: FastifyRequest): Promise<DeliveryJson> {
    const webhook = await this.reader.get(workspaceOf(request), webhookId);
    return deliveryJson(await this.manual.test(webhook));
  }
}
