import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestOf } from '../command-bus/request-of.js';
import { deploymentSchema } from '../catalog/view/deployment.view.js';
import { imageSchema } from '../catalog/view/image.view.js';
import { pendingShareSchema, shareTargetSchema } from '../catalog/view/share.view.js';
import type { ImageShareTargetView } from '../catalog/view/share.view.js';
import { CatalogAnswers } from '../catalog/catalog-answers.js';
import { ShareQueries } from '../catalog/queries/share.queries.js';
import { UsageQueries } from '../catalog/queries/usage.queries.js';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { etagHeader, positionHeader } from '../http/openapi/headers.js';
import { Refusal } from '../http/refusal.js';
import { workspaceOf } from '../http/request-context.js';
import { slotIn } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import { refusal } from './domain/image.rejections.js';
import { ImageHandlers } from './handlers/image-handlers.js';
import { ImageAnswers, imageNotFound } from './image-answers.js';
import { ImagePathDto, SharePathDto, wholeImage } from '../http/image-path.dto.js';
import { ShareImageBodyDto, UnshareQueryDto } from './images.dto.js';

const coversAll = 'sharing covers the whole image with all its tags, those pushed later included.';

@ApiTags('sharing')
@Controller('v0/images/:resourceType/:imageName/share')
export class SharesController {
  constructor(
    private readonly handlers: ImageHandlers,
    private readonly answers: ImageAnswers,
    private readonly catalog: CatalogAnswers,
    private readonly shares: ShareQueries,
    private readonly usage: UsageQueries,
  ) {}

  /** Answers the target's copy, or, for a target in another account, the request that waits for its answer (202). */
  @Post()
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ operationId: 'shareImage', summary: 'Share an image with another workspace.' })
  @Changes()
  @Answers(200, "The target's copy.", imageSchema, etagHeader, positionHeader)
  @Answers(
    202,
    'The request that waits for the answer of a target in another account.',
    pendingShareSchema,
    positionHeader,
  )
  @Refuses(400, 'tag-not-allowed', 'cannot-reshare', 'self-share', 'target-not-available')
  @Refuses(404, 'image-not-found')
  @Refuses(409, 'name-taken')
  async share(
    @Param() path: ImagePathDto,
    @Body() body: ShareImageBodyDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const slot = wholeImage(workspaceOf(request), path, coversAll);
    const { targetWorkspace, targetAccountId } = body;
    const data = { slot, targetWorkspace, ...(targetAccountId !== undefined && { targetAccountId }) };
    const done = await this.answers.visible(reply, await this.handlers.share.handle(data, requestOf(request)));
    // Sent again after the share or request has ended, there is none to show, and the target's slot is not the sender's.
    const standing = await this.shares.find(done.shareId);
    const waiting = standing?.status === 'pending' ? await this.shares.pending(done.shareId) : undefined;
    if (waiting !== undefined) await reply.status(202).send(waiting);
    else await this.answers.sendImage(reply, standing === undefined ? slot : slotIn(targetWorkspace, slot), done);
  }

  /** With which workspaces is it shared, or asked to be? */
  @Get()
  @Access('member')
  @ApiOperation({ operationId: 'listImageShares', summary: 'List the shares of an image.' })
  @Answers(200, 'By name of the target.', z.array(shareTargetSchema))
  @Refuses(400, 'tag-not-allowed')
  @Refuses(404, 'image-not-found')
  list(@Param() path: ImagePathDto, @Req() request: FastifyRequest): Promise<readonly ImageShareTargetView[]> {
    return this.catalog.imageShares(wholeImage(workspaceOf(request), path, coversAll), {});
  }

  /** Ends a share or withdraws a request. With `dryRun=true` it only tells what would break. */
  @Delete(':targetWorkspace')
  @Access('admin')
  @ApiOperation({ operationId: 'unshareImage', summary: 'Stop sharing an image with a workspace.' })
  @Changes()
  @Answers(
    200,
    'The image; with `dryRun=true`, the deployments that would lose it.',
    z.union([imageSchema, z.array(deploymentSchema)]),
    { ETag: { description: 'Of the image.', schema: { type: 'string' } } },
    positionHeader,
  )
  @Refuses(400, 'tag-not-allowed', 'not-owner')
  @Refuses(404, 'image-not-found', 'share-not-found')
  async unshare(
    @Param() path: SharePathDto,
    @Query() { dryRun }: UnshareQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const slot = wholeImage(workspaceOf(request), path, coversAll);
    const { targetWorkspace } = path;
    if (dryRun === 'true') {
      await this.#requireShare(slot, targetWorkspace);
      await reply.send(await this.usage.unshareImpact(slot, targetWorkspace));
      return;
    }
    const outcome = await this.handlers.unshare.handle({ slot, targetWorkspace }, requestOf(request));
    await this.answers.sendImage(reply, slot, await this.answers.visible(reply, outcome));
  }

  /** What is not shared with a workspace has no impact there, whether that workspace exists or not. */
  async #requireShare(slot: Slot, target: string): Promise<void> {
    const targets = await this.shares.targets(slot, new Date().toISOString());
    if (targets === undefined) throw imageNotFound(slot);
    if (targets.some(({ workspace }) => workspace === target)) return;
    throw new Refusal(refusal.shareNotFound(slot, target));
  }
}
