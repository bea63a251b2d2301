import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CommandAnswers } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { positionHeader } from '../http/openapi/headers.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { workspaceOf } from '../http/request-context.js';
import type { AccessDirectory } from './authorization/access-directory.js';
import { serviceAccountPrincipal } from './domain/principal-name.js';
import { AccessHandlers } from './handlers/access-handlers.js';
import { requireServiceAccount } from './require-service-account.js';
import {
  CreateServiceAccountBodyDto,
  ServiceAccountPathDto,
  UpdateServiceAccountBodyDto,
} from './service-accounts.dto.js';
import { serviceAccountJson, serviceAccountSchema } from './service-accounts.view.js';
import type { ServiceAccountJson } from './service-accounts.view.js';

@ApiTags('service accounts')
@Controller('v0/service_accounts')
export class ServiceAccountsController {
  constructor(
    private readonly handlers: AccessHandlers,
    private readonly answers: CommandAnswers,
    @Inject(ACCESS_DIRECTORY)
    private readonly directory: Pick<AccessDirectory, 'members' | 'member' | 'serviceAccounts' | 'serviceAccount'>,
  ) {}

  @Get()
  @Access('member')
  @ApiOperation({ operationId: 'getWorkspaceServiceAccounts', summary: 'List the service accounts of the workspace.' })
  @Answers(200, 'All of them.', z.array(serviceAccountSchema))
  async list(@Req() request: FastifyRequest): Promise<ServiceAccountJson[]> {
    const workspace = workspaceOf(request);
    const [accounts, members] = await Promise.all([
      this.directory.serviceAccounts(workspace),
      this.directory.members(workspace),
    ]);
    const memberships = new Map(members.map((member) => [member.principal, member]));
    return accounts.map((account) =>
      serviceAccountJson(account, memberships.get(serviceAccountPrincipal(account.clientId))),
    );
  }

  /** Creates a machine identity and makes it a member. It gets in with an API key. */
  @Post()
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'createWorkspaceServiceAccount', summary: 'Create a service account.' })
  @Changes()
  @Answers(200, 'The service account.', serviceAccountSchema, positionHeader)
  async create(
    @Body() { name, description = '', role = 'member', mayActForOthers = false }: CreateServiceAccountBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServiceAccountJson> {
    const workspace = workspaceOf(request);
    const data = { workspace, name, description, role, mayActForOthers };
    const outcome = await this.handlers.serviceAccounts.create(data, requestOf(request));
    await this.answers.visible(reply, outcome);
    return this.#serviceAccount(workspace, outcome.clientId);
  }

  @Put(':clientId')
  @Access('admin')
  @ApiOperation({
    operationId: 'updateWorkspaceServiceAccount',
    summary: 'Change the name or description of a service account.',
  })
  @Changes()
  @Answers(200, 'The service account.', serviceAccountSchema, positionHeader)
  @Refuses(404, 'service-account-not-found')
  async update(
    @Param() { clientId }: ServiceAccountPathDto,
    @Body() { name, description }: UpdateServiceAccountBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServiceAccountJson> {
    const workspace = workspaceOf(request);
    const data = {
      workspace,
      clientId,
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
    };
    await this.answers.visible(reply, await this.handlers.serviceAccounts.update(data, requestOf(request)));
    return this.#serviceAccount(workspace, clientId);
  }

  /** Its keys end with it, from the next request on. */
  @Delete(':clientId')
  @Access('admin')
  @ApiOperation({ operationId: 'deleteWorkspaceServiceAccount', summary: 'Delete a service account.' })
  @Changes()
  @Answers(
    200,
    'The service account as it was; nothing when it was deleted before.',
    serviceAccountSchema,
    positionHeader,
  )
  @Refuses(404, 'service-account-not-found')
  @Refuses(409, 'last-admin')
  async delete(
    @Param() { clientId }: ServiceAccountPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServiceAccountJson | undefined> {
    const workspace = workspaceOf(request);
    const asItWas = await this.#find(workspace, clientId);
    const data = { workspace, clientId };
    await this.answers.visible(reply, await this.handlers.serviceAccounts.delete(data, requestOf(request)));
    return asItWas;
  }

  async #serviceAccount(workspace: string, clientId: string): Promise<ServiceAccountJson> {
    const account = await requireServiceAccount(this.directory, workspace, clientId);
    return serviceAccountJson(account, await this.directory.member(workspace, serviceAccountPrincipal(clientId)));
  }

  async #find(workspace: string, clientId: string): Promise<ServiceAccountJson | undefined> {
    const account = await this.directory.serviceAccount(clientId);
    return account?.workspace === workspace ? this.#serviceAccount(workspace, clientId) : undefined;
  }
}
