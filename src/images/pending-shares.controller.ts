import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CatalogAnswers } from '../catalog/catalog-answers.js';
import { imageSchema } from '../catalog/view/image.view.js';
import { pendingShareSchema } from '../catalog/view/share.view.js';
import type { PendingShareView } from '../catalog/view/share.view.js';
import { requestOf } from '../command-bus/request-of.js';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { etagHeader, positionHeader } from '../http/openapi/headers.js';
import { workspaceOf } from '../http/request-context.js';
import { slotIn } from '../vocabulary/slot.js';
import { ImageHandlers } from './handlers/image-handlers.js';
import { ImageAnswers } from './image-answers.js';
import { AcceptQueryDto, PendingSharePathDto, PendingSharesQueryDto } from './pending-shares.dto.js';

/** Requests to share between accounts. */
@ApiTags('sharing')
@Controller('v0/pending-image-shares')
export class PendingSharesController {
  constructor(
    private readonly handlers: ImageHandlers,
    private readonly answers: ImageAnswers,
    private readonly catalog: CatalogAnswers,
  ) {}

  /** What other accounts ask this workspace to take, or what it asks others to. */
  @Get()
  @Access('member')
  @ApiOperation({ operationId: 'listPendingImageShares', summary: 'List share requests that wait for an answer.' })
  @Answers(200, 'The oldest first.', z.array(pendingShareSchema))
  list(
    @Query() { direction, ...query }: PendingSharesQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<readonly PendingShareView[]> {
    return this.catalog.pendingShares(workspaceOf(request), direction, query);
  }

  /** Takes the image. With `force=true` an own image of that name is deleted first, under the rules of deleting. */
  @Post(':pendingShareId/accept')
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'acceptImageShare', summary: 'Accept a share request.' })
  @Changes()
  @Answers(200, 'The image in the own catalog.', imageSchema, etagHeader, positionHeader)
  @Refuses(400, 'image-shared', 'image-in-use')
  @Refuses(404, 'share-not-found')
  @Refuses(409, 'name-taken')
  @Refuses(410, 'share-expired')
  async accept(
    @Param() { pendingShareId: shareId }: PendingSharePathDto,
    @Query() { force }: AcceptQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const workspace = workspaceOf(request);
    const data = { shareId, workspace, force: force === 'true' };
    const done = await this.answers.visible(reply, await this.handlers.requests.accept(data, requestOf(request)));
    await this.answers.sendImage(reply, slotIn(workspace, done.location.source), done);
  }

  @Post(':pendingShareId/decline')
  @HttpCode(204)
  @Access('admin')
  @ApiOperation({ operationId: 'declineImageShare', summary: 'Decline a share request.' })
  @Changes()
  @Answers(204, 'It is declined.', undefined, positionHeader)
  @Refuses(404, 'share-not-found')
  async decline(
    @Param() { pendingShareId: shareId }: PendingSharePathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const data = { shareId, workspace: workspaceOf(request) };
    await this.answers.visible(reply, await this.handlers.requests.decline(data, requestOf(request)));
  }
}
