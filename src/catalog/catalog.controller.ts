import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { sendCached } from '../http/cached-answer.js';
import { Answers, Refuses } from '../http/openapi/answers.js';
import { cursorHeader, etagHeader, ifNoneMatchHeader } from '../http/openapi/headers.js';
import { workspaceOf } from '../http/request-context.js';
import { ImagePathDto, imageAndTag, wholeImage } from '../http/image-path.dto.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';
import { callerOf } from '../http/request-context.js';
import { CatalogAnswers } from './catalog-answers.js';
import { GetImageQueryDto, ListImagesQueryDto, ResolveQueryDto } from './catalog.dto.js';
import type { ImageUsage } from './view/image-usage.view.js';
import { imageSchema } from './view/image.view.js';
import { imageUsageSchema } from './view/image-usage.view.js';
import { resolvedImageSchema } from './view/resolved-image.js';
import type { ResolvedImage } from './view/resolved-image.js';

@ApiTags('images')
@Controller('v0/images')
export class CatalogController {
  constructor(private readonly answers: CatalogAnswers) {}

  /**
   * The images a workspace owns and those shared with it, by type and name.
   *
   * With `limit`, the header X-Next-Cursor tells where the next page begins; the last page has none.
   */
  @Get()
  @Access('member')
  @ApiOperation({ operationId: 'listImages', summary: 'List images.' })
  @ApiHeader(ifNoneMatchHeader)
  @Answers(200, 'A page of images, by type and name.', z.array(imageSchema), etagHeader, cursorHeader)
  @Answers(304, 'What the caller has still holds.', undefined, etagHeader, cursorHeader)
  @Refuses(400, 'invalid-cursor')
  @Refuses(410, 'position-unknown')
  async list(
    @Query() query: ListImagesQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { limit, ...rest } = query;
    const page = await this.answers.images(workspaceOf(request), {
      ...rest,
      ...(limit !== undefined && { limit: Number(limit) }),
    });
    if (page.nextCursor !== undefined) void reply.header('x-next-cursor', page.nextCursor);
    sendCached(request, reply, page);
  }

  /** For NAME:TAG the image is answered as a whole when it has that tag. */
  @Get(':resourceType/:imageName')
  @Access('member')
  @ApiOperation({ operationId: 'getImage', summary: 'Get an image.' })
  @ApiHeader(ifNoneMatchHeader)
  @Answers(200, 'The image.', imageSchema, etagHeader)
  @Answers(304, 'What the caller has still holds.', undefined, etagHeader)
  @Refuses(404, 'image-not-found', 'tag-not-found')
  @Refuses(410, 'position-unknown')
  async get(
    @Param() path: ImagePathDto,
    @Query() query: GetImageQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { slot, tag } = imageAndTag(workspaceOf(request), path);
    const found = await this.answers.image(slot, { tag, at: query.at, minPosition: query.minPosition });
    sendCached(request, reply, found);
  }

  /** What a tag or digest means now: whose repository, which digest, what to pull. */
  @Get(':resourceType/:imageName/resolve')
  @Access('member')
  @ApiOperation({ operationId: 'resolveImage', summary: 'Resolve a tag or digest.' })
  @Answers(200, 'What it means now.', resolvedImageSchema)
  @Refuses(404, 'image-not-found', 'tag-not-found', 'digest-not-found')
  resolve(
    @Param() path: ImagePathDto,
    @Query() query: ResolveQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<ResolvedImage> {
    const { slot, tag } = imageAndTag(workspaceOf(request), path);
    return this.answers.resolve(slot, {
      tag: query.tag ?? tag,
      digest: query.digest,
      minPosition: query.minPosition,
    });
  }

  /** The shares, and what is deployed from it in the workspaces the caller may see. */
  @Get(':resourceType/:imageName/usage')
  @Access('member')
  @ApiOperation({ operationId: 'getImageUsage', summary: 'Who depends on an image?' })
  @Answers(200, 'Shares and deployments.', imageUsageSchema)
  @Refuses(400, 'tag-not-allowed')
  @Refuses(404, 'image-not-found')
  async usage(
    @Param() path: ImagePathDto,
    @Query() query: WorkspaceQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<ImageUsage> {
    const slot = wholeImage(workspaceOf(request), path, 'what depends on an image is told for all its tags.');
    return this.answers.usage(slot, callerOf(request), query);
  }
}
