import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CommandAnswers } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { positionHeader } from '../http/openapi/headers.js';
import { workspaceOf } from '../http/request-context.js';
import { WebhookHandlers } from './handlers/webhook-handlers.js';
import { WebhookReader } from './webhook-reader.js';
import { RotateSecretBodyDto, WebhookPathDto } from './webhooks.dto.js';
import { webhookSecretJson, webhookSecretSchema } from './webhooks.view.js';
import type { WebhookSecretJson } from './webhooks.view.js';

@ApiTags('webhooks')
@Controller('v0/webhooks/:webhookId/secret')
export class WebhookSecretsController {
  constructor(
    private readonly handlers: WebhookHandlers,
    private readonly reader: WebhookReader,
    private readonly answers: CommandAnswers,
  ) {}

  @Get()
  @Access('admin')
  @ApiOperation({ operationId: 'getWebhookSecret', summary: 'Get what the messages of a webhook are signed with.' })
  @Answers(200, 'The secret, and the one before while it is in force.', webhookSecretSchema)
  @Refuses(404, 'webhook-not-found')
  async get(
    @Param() { webhookId }: WebhookPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookSecretJson> {
    const webhook = await this.reader.get(workspaceOf(request), webhookId);
    void reply.header('cache-control', 'no-store');
    return webhookSecretJson(this.reader.keysOf(webhook));
  }

  /** For a day messages are signed with the secret before, too, unless that is to end at once. */
  @Post()
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'rotateWebhookSecret', summary: 'Give a webhook a new secret.' })
  @Changes()
  @Answers(200, 'The secret, and the one before while it is in force.', webhookSecretSchema, positionHeader)
  @Refuses(404, 'webhook-not-found')
  async rotate(
    @Param() { webhookId }: WebhookPathDto,
    @Body() { atOnce = false }: RotateSecretBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookSecretJson> {
    const place = { workspace: workspaceOf(request), webhookId };
    await this.answers.visible(reply, await this.handlers.rotateSecret(place, atOnce, requestOf(request)));
    void reply.header('cache-control', 'no-store');
    return webhookSecretJson(this.reader.keysOf(await this.reader.get(place.workspace, webhookId)));
  }
}
