import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CatalogAnswers, deploymentMissing } from '../catalog/catalog-answers.js';
import { DeploymentQueries } from '../catalog/queries/deployment.queries.js';
import { deploymentSchema } from '../catalog/view/deployment.view.js';
import type { DeploymentView } from '../catalog/view/deployment.view.js';
import { requestOf } from '../command-bus/request-of.js';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { sendCached, taggedByContent } from '../http/cached-answer.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { cursorHeader, etagHeader, ifNoneMatchHeader, positionHeader } from '../http/openapi/headers.js';
import { invalidInput } from '../http/refusal.js';
import { workspaceOf } from '../http/request-context.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';
import { parseImageReference } from '../vocabulary/image-reference.js';
import { parseResourceType } from '../vocabulary/names.js';
import type { ResourceType } from '../vocabulary/names.js';
import { DeployDto, DeploymentPathDto, ListDeploymentsQueryDto } from './deployments.dto.js';
import type { Deploy } from './handlers/deployment.handlers.js';
import { ImageHandlers } from './handlers/image-handlers.js';
import { ImageAnswers } from './image-answers.js';

/** What runs in a workspace, and from which image. */
@ApiTags('deployments')
@Controller('v0/deployments')
export class DeploymentsController {
  constructor(
    private readonly handlers: ImageHandlers,
    private readonly answers: ImageAnswers,
    private readonly deployments: DeploymentQueries,
    private readonly catalog: CatalogAnswers,
  ) {}

  /** Pins what the reference means now, and protects it from being deleted. The same kind and name again moves it. */
  @Post()
  @HttpCode(200)
  @Access('member')
  @ApiOperation({ operationId: 'createDeployment', summary: 'Record a deployment.' })
  @Changes()
  @Answers(200, 'The deployment, pinned to a digest.', deploymentSchema, positionHeader)
  @Refuses(404, 'image-not-found', 'tag-not-found', 'digest-not-found')
  async deploy(
    @Body() body: DeployDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeploymentView> {
    const workspace = workspaceOf(request);
    const data = deployOf(workspace, body);
    await this.answers.visible(reply, await this.handlers.deployments.deploy(data, requestOf(request)));
    return this.catalog.deployment(workspace, data.kind, data.deployment, {});
  }

  /** With `limit`, the header X-Next-Cursor tells where the next page begins; the last page has none. */
  @Get()
  @Access('member')
  @ApiOperation({ operationId: 'listDeployments', summary: 'List deployments.' })
  @ApiHeader(ifNoneMatchHeader)
  @Answers(200, 'A page of deployments, by kind and name.', z.array(deploymentSchema), etagHeader, cursorHeader)
  @Answers(304, 'What the caller has still holds.', undefined, etagHeader, cursorHeader)
  @Refuses(400, 'invalid-cursor')
  async list(
    @Query() { limit, ...query }: ListDeploymentsQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { deployments, nextCursor } = await this.catalog.deployments(workspaceOf(request), {
      ...query,
      ...(limit !== undefined && { limit: Number(limit) }),
    });
    if (nextCursor !== undefined) void reply.header('x-next-cursor', nextCursor);
    sendCached(request, reply, taggedByContent(deployments, nextCursor));
  }

  @Get(':kind/:deploymentName')
  @Access('member')
  @ApiOperation({ operationId: 'getDeployment', summary: 'Get a deployment.' })
  @Answers(200, 'The deployment.', deploymentSchema)
  @Refuses(404, 'deployment-not-found')
  async get(
    @Param() path: DeploymentPathDto,
    @Query() query: WorkspaceQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<DeploymentView> {
    return this.catalog.deployment(workspaceOf(request), kindOf(path.kind), path.deploymentName, query);
  }

  /** The image is free to be deleted again once nothing else is deployed from it. Answers the deployment as it was. */
  @Delete(':kind/:deploymentName')
  @Access('member')
  @ApiOperation({ operationId: 'deleteDeployment', summary: 'Retire a deployment.' })
  @Changes()
  @Answers(200, 'The deployment as it was.', deploymentSchema, positionHeader)
  @Refuses(404, 'deployment-not-found')
  async retire(
    @Param() path: DeploymentPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeploymentView> {
    const workspace = workspaceOf(request);
    const kind = kindOf(path.kind);
    const deployment = path.deploymentName;
    const standing = await this.deployments.get(workspace, kind, deployment);
    const outcome = await this.handlers.deployments.retire({ workspace, kind, deployment }, requestOf(request));
    const done = await this.answers.visible(reply, outcome);
    const asItWas = standing ?? (await this.answers.deploymentBefore(done, { kind, deployment }));
    if (asItWas === undefined) throw deploymentMissing(workspace, kind, deployment);
    return asItWas;
  }
}

function deployOf(workspace: string, body: DeployDto): Deploy {
  const reference = parseImageReference(body.image);
  if (reference === undefined) {
    throw invalidInput(
      'invalid-input',
      'image must be TYPE/NAME, TYPE/NAME:TAG or TYPE/NAME@DIGEST, such as sandbox/base:v1.',
      [{ field: 'image', message: 'image must be TYPE/NAME, TYPE/NAME:TAG or TYPE/NAME@DIGEST' }],
    );
  }
  const { resourceType, name, tag, digest } = reference;
  return {
    slot: { workspace, resourceType, name },
    kind: kindOf(body.kind),
    deployment: body.name,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

function kindOf(text: string): ResourceType {
  const kind = parseResourceType(text);
  if (kind === undefined) throw new TypeError(`${text} passed validation and is no resource type`);
  return kind;
}
