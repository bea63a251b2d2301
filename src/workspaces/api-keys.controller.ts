import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CommandAnswers } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { positionHeader } from '../http/openapi/headers.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { Refusal } from '../http/refusal.js';
import { workspaceOf } from '../http/request-context.js';
import type { AccessDirectory, ApiKeyView } from './authorization/access-directory.js';
import { workspaceRejection } from './domain/workspace.rejections.js';
import { AccessHandlers } from './handlers/access-handlers.js';
import { requireServiceAccount } from './require-service-account.js';
import { ApiKeyPathDto, CreateApiKeyBodyDto, ServiceAccountPathDto } from './service-accounts.dto.js';
import { apiKeyJson, apiKeySchema } from './service-accounts.view.js';
import type { ApiKeyJson } from './service-accounts.view.js';

@ApiTags('service accounts')
@Controller('v0/service_accounts/:clientId/api_keys')
export class ApiKeysController {
  constructor(
    private readonly handlers: AccessHandlers,
    private readonly answers: CommandAnswers,
    @Inject(ACCESS_DIRECTORY) private readonly directory: Pick<AccessDirectory, 'serviceAccount' | 'apiKeys'>,
  ) {}

  /** Without what would open a door. */
  @Get()
  @Access('admin')
  @ApiOperation({ operationId: 'listApiKeysForServiceAccount', summary: 'List the API keys of a service account.' })
  @Answers(200, 'Without what would open a door.', z.array(apiKeySchema))
  @Refuses(404, 'service-account-not-found')
  async list(@Param() { clientId }: ServiceAccountPathDto, @Req() request: FastifyRequest): Promise<ApiKeyJson[]> {
    await requireServiceAccount(this.directory, workspaceOf(request), clientId);
    return (await this.directory.apiKeys(clientId)).map((key) => apiKeyJson(key));
  }

  /** The answer shows the key this one time; only its hash is kept. */
  @Post()
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'createApiKeyForServiceAccount', summary: 'Issue an API key for a service account.' })
  @Changes()
  @Answers(200, 'The key, shown this one time.', apiKeySchema, positionHeader)
  @Refuses(400, 'invalid-expiry')
  @Refuses(404, 'service-account-not-found')
  async issue(
    @Param() { clientId }: ServiceAccountPathDto,
    @Body() { name = '', expires_in: expiresIn }: CreateApiKeyBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyJson> {
    const workspace = workspaceOf(request);
    const data = { workspace, clientId, name, ...(expiresIn !== undefined && { expiresIn }) };
    const outcome = await this.handlers.apiKeys.issue(data, requestOf(request));
    await this.answers.visible(reply, outcome);
    const key = await this.#key(clientId, outcome.keyId);
    void reply.header('cache-control', 'no-store');
    return apiKeyJson(key, { apiKey: outcome.apiKey, expiresIn });
  }

  /** The key opens nothing from the next request on. */
  @Delete(':apiKeyId')
  @Access('admin')
  @ApiOperation({ operationId: 'deleteApiKeyForServiceAccount', summary: 'Revoke an API key.' })
  @Changes()
  @Answers(200, 'The key as it was; nothing when it was revoked before.', apiKeySchema, positionHeader)
  @Refuses(404, 'service-account-not-found', 'key-not-found')
  async revoke(
    @Param() { clientId, apiKeyId: keyId }: ApiKeyPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyJson | undefined> {
    const asItWas = await this.#find(clientId, keyId);
    const data = { workspace: workspaceOf(request), clientId, keyId };
    await this.answers.visible(reply, await this.handlers.apiKeys.revoke(data, requestOf(request)));
    return asItWas && apiKeyJson(asItWas);
  }

  async #key(clientId: string, keyId: string): Promise<ApiKeyView> {
    const key = await this.#find(clientId, keyId);
    if (key !== undefined) return key;
    throw new Refusal(workspaceRejection('key-not-found', `Service account ${clientId} has no key ${keyId}.`));
  }

  async #find(clientId: string, keyId: string): Promise<ApiKeyView | undefined> {
    return (await this.directory.apiKeys(clientId)).find((key) => key.keyId === keyId);
  }
}
