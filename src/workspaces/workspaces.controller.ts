import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CommandAnswers } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { positionHeader } from '../http/openapi/headers.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { Refusal, invalidInput } from '../http/refusal.js';
import { callerOf, workspaceOf } from '../http/request-context.js';
import type { AccessDirectory } from './authorization/access-directory.js';
import { AccessHandlers } from './handlers/access-handlers.js';
import { IMAGE_COUNTER } from './image-counter.js';
import type { ImageCounter } from './image-counter.js';
import {
  AvailabilityBodyDto,
  AvailabilityQueryDto,
  CreateWorkspaceBodyDto,
  UpdateWorkspaceBodyDto,
  WorkspacePathDto,
  WorkspaceQueryDto,
} from './workspaces.dto.js';
import { availabilitySchema, workspaceJson, workspaceSchema } from './workspaces.view.js';
import type { WorkspaceAvailability, WorkspaceJson } from './workspaces.view.js';

const aboutPath = { workspaceParam: 'workspaceName' } as const;

@ApiTags('workspaces')
@Controller('v0/workspaces')
export class WorkspacesController {
  constructor(
    private readonly handlers: AccessHandlers,
    private readonly answers: CommandAnswers,
    @Inject(ACCESS_DIRECTORY)
    private readonly directory: Pick<AccessDirectory, 'workspace' | 'workspacesOf' | 'isWorkspaceNameTaken'>,
    @Inject(IMAGE_COUNTER) private readonly images: ImageCounter,
  ) {}

  @Get()
  @Access('authenticated')
  @ApiOperation({
    operationId: 'listWorkspaces',
    summary: 'List the workspaces the caller may enter; all of them for the operator.',
  })
  @Answers(200, 'By name.', z.array(workspaceSchema))
  async list(@Req() request: FastifyRequest): Promise<WorkspaceJson[]> {
    const open = await this.directory.workspacesOf(callerOf(request));
    return open.map(({ workspace }) => workspaceJson(workspace));
  }

  /** For the operator, who names the account, and for admins of another workspace of the account: they become admins of the new one. */
  @Post()
  @HttpCode(200)
  @Access('authenticated')
  @ApiOperation({ operationId: 'createWorkspace', summary: 'Create a workspace.' })
  @Changes()
  @Answers(200, 'The workspace.', workspaceSchema, positionHeader)
  @Refuses(400, 'account-missing')
  @Refuses(403, 'creation-forbidden')
  @Refuses(404, 'account-not-found')
  @Refuses(409, 'workspace-exists')
  async create(
    @Body() { name, accountId, displayName, labels }: CreateWorkspaceBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceJson> {
    const data = {
      workspace: name,
      ...(accountId !== undefined && { accountId }),
      ...(displayName !== undefined && { displayName }),
      ...(labels !== undefined && { labels }),
    };
    await this.answers.visible(reply, await this.handlers.workspaces.create(data, requestOf(request)));
    return this.#workspace(name);
  }

  /** For those who may create workspaces. The name of a deleted workspace stays taken. */
  @Post('availability')
  @HttpCode(200)
  @Access('authenticated')
  @ApiOperation({ operationId: 'checkWorkspaceAvailability', summary: 'Can a new workspace have this name?' })
  @Answers(200, 'Whether it can; with `withReason=true`, and why not.', z.union([z.boolean(), availabilitySchema]))
  @Refuses(403, 'creation-forbidden')
  async availability(
    @Body() { name }: AvailabilityBodyDto,
    @Query() { withReason }: AvailabilityQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const refused = await this.handlers.workspaces.creationRefusal(callerOf(request));
    if (refused !== undefined) throw new Refusal(refused);
    const available = !(await this.directory.isWorkspaceNameTaken(name));
    const answer = withReason === 'true' ? availabilityOf(name, available) : available;
    await reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  }

  @Get(':workspaceName')
  @Access('member', aboutPath)
  @ApiOperation({ operationId: 'getWorkspace', summary: 'Get a workspace.' })
  @Answers(200, 'The workspace.', workspaceSchema)
  async get(
    @Param() { workspaceName }: WorkspacePathDto,
    @Query() { countResources }: WorkspaceQueryDto,
  ): Promise<WorkspaceJson> {
    const images = countResources === 'true' ? await this.images.count(workspaceName) : undefined;
    return this.#workspace(workspaceName, images);
  }

  /** Changes what a workspace is called and labelled; its name stays. */
  @Put(':workspaceName')
  @Access('admin', aboutPath)
  @ApiOperation({ operationId: 'updateWorkspace', summary: 'Change the settings of a workspace.' })
  @Changes()
  @Answers(200, 'The workspace.', workspaceSchema, positionHeader)
  @Refuses(400, 'name-is-fixed', 'account-is-fixed')
  async update(
    @Param() { workspaceName }: WorkspacePathDto,
    @Body() body: UpdateWorkspaceBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceJson> {
    const { displayName, labels } = body;
    await this.#checkUnchanged(workspaceName, body);
    const data = {
      workspace: workspaceName,
      ...(displayName !== undefined && { displayName }),
      ...(labels !== undefined && { labels }),
    };
    await this.answers.visible(reply, await this.handlers.workspaces.update(data, requestOf(request)));
    return this.#workspace(workspaceName);
  }

  /** Ends a workspace that holds no images, with its members, service accounts and keys. Its name is never given again. */
  @Delete(':workspaceName')
  @Access('admin', aboutPath)
  @ApiOperation({ operationId: 'deleteWorkspace', summary: 'Delete a workspace.' })
  @Changes()
  @Answers(200, 'The workspace as it was.', workspaceSchema, positionHeader)
  @Refuses(409, 'workspace-in-use')
  async delete(
    @Param() { workspaceName }: WorkspacePathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceJson> {
    const workspace = workspaceOf(request);
    const asItWas = await this.#workspace(workspaceName);
    await this.answers.visible(reply, await this.handlers.workspaces.delete({ workspace }, requestOf(request)));
    return asItWas;
  }

  async #checkUnchanged(workspace: string, { name, accountId }: UpdateWorkspaceBodyDto): Promise<void> {
    if (name !== undefined && name !== workspace) {
      throw invalidInput('name-is-fixed', `Workspace ${workspace} cannot be renamed to ${name}; change displayName.`);
    }
    if (accountId !== undefined && accountId !== (await this.#workspace(workspace)).accountId) {
      throw invalidInput('account-is-fixed', `Workspace ${workspace} cannot be moved to another account.`);
    }
  }

  async #workspace(name: string, images?: number): Promise<WorkspaceJson> {
    const workspace = await this.directory.workspace(name);
    if (workspace !== undefined) return workspaceJson(workspace, images);
    throw new Refusal({
      code: 'workspace-not-found',
      category: 'not-found',
      message: `There is no workspace ${name}.`,
    });
  }
}

function availabilityOf(name: string, available: boolean): WorkspaceAvailability {
  return available ? { available } : { available, reason: 'taken', message: `The workspace name ${name} is taken.` };
}
