import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CommandAnswers } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { positionHeader } from '../http/openapi/headers.js';
import { workspaceOf } from '../http/request-context.js';
import { WebhookHandlers } from './handlers/webhook-handlers.js';
import { WebhookReader } from './webhook-reader.js';
import { CreateWebhookBodyDto, WebhookPathDto } from './webhooks.dto.js';
import { webhookSchema } from './webhooks.view.js';
import type { WebhookJson } from './webhooks.view.js';

@ApiTags('webhooks')
@Controller('v0/webhooks')
export class WebhooksController {
  constructor(
    private readonly handlers: WebhookHandlers,
    private readonly reader: WebhookReader,
    private readonly answers: CommandAnswers,
  ) {}

  @Get()
  @Access('admin')
  @ApiOperation({ operationId: 'listWebhooks', summary: 'List the webhooks of the workspace.' })
  @Answers(200, 'The oldest first.', z.array(webhookSchema))
  list(@Req() request: FastifyRequest): Promise<WebhookJson[]> {
    return this.reader.list(workspaceOf(request));
  }

  /**
   * From now on every event in the feed of the workspace is sent to the URL, one after another, as a CloudEvent signed
   * by the Standard Webhooks scheme.
   */
  @Post()
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'createWebhook', summary: 'Have the events of the workspace sent to a URL.' })
  @Changes()
  @Answers(200, 'The webhook, with its secret.', webhookSchema, positionHeader)
  @Refuses(400, 'invalid-webhook-url', 'webhook-address-refused')
  @Refuses(404, 'webhook-not-found')
  @Refuses(409, 'too-many-webhooks', 'webhook-exists')
  async create(
    @Body() { url, description = '', events }: CreateWebhookBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookJson> {
    const workspace = workspaceOf(request);
    const data = { workspace, url, description, ...(events !== undefined && { events }) };
    const outcome = await this.handlers.create(data, requestOf(request));
    await this.answers.visible(reply, outcome);
    void reply.header('cache-control', 'no-store');
    return this.reader.json(await this.reader.get(workspace, outcome.webhookId), true);
  }

  @Get(':webhookId')
  @Access('admin')
  @ApiOperation({ operationId: 'getWebhook', summary: 'Get a webhook.' })
  @Answers(200, 'The webhook.', webhookSchema)
  @Refuses(404, 'webhook-not-found')
  async get(@Param() { webhookId }: WebhookPathDto, @Req() request: FastifyRequest): Promise<WebhookJson> {
    return this.reader.json(await this.reader.get(workspaceOf(request), webhookId));
  }

  /** Nothing more is sent, and what was sent is forgotten. */
  @Delete(':webhookId')
  @Access('admin')
  @ApiOperation({ operationId: 'deleteWebhook', summary: 'Delete a webhook.' })
  @Changes()
  @Answers(200, 'The webhook as it was.', webhookSchema, positionHeader)
  @Refuses(404, 'webhook-not-found')
  async delete(
    @Param() { webhookId }: WebhookPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookJson | undefined> {
    const place = { workspace: workspaceOf(request), webhookId };
    const asItWas = (await this.reader.list(place.workspace)).find(({ id }) => id === webhookId);
    await this.answers.visible(reply, await this.handlers.delete(place, requestOf(request)));
    return asItWas;
  }

  /** Nothing is sent until it is enabled again. */
  @Post(':webhookId/disable')
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'disableWebhook', summary: 'Stop sending to a webhook.' })
  @Changes()
  @Answers(200, 'The webhook.', webhookSchema, positionHeader)
  @Refuses(404, 'webhook-not-found')
  async disable(
    @Param() { webhookId }: WebhookPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookJson> {
    const place = { workspace: workspaceOf(request), webhookId };
    await this.answers.visible(reply, await this.handlers.disable(place, requestOf(request)));
    return this.reader.json(await this.reader.get(place.workspace, webhookId));
  }

  /** Sending goes on where it stopped: what happened meanwhile is sent now. */
  @Post(':webhookId/enable')
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'enableWebhook', summary: 'Go on sending to a webhook.' })
  @Changes()
  @Answers(200, 'The webhook.', webhookSchema, positionHeader)
  @Refuses(404, 'webhook-not-found')
  async enable(
    @Param() { webhookId }: WebhookPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookJson> {
    const place = { workspace: workspaceOf(request), webhookId };
    await this.answers.visible(reply, await this.handlers.enable(place, requestOf(request)));
    return this.reader.json(await this.reader.get(place.workspace, webhookId));
  }
}
