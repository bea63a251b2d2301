import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { sendCached } from '../http/cached-answer.js';
import { Answers, Refuses } from '../http/openapi/answers.js';
import { cursorHeader, etagHeader, ifNoneMatchHeader } from '../http/openapi/headers.js';
import { workspaceOf } from '../http/request-context.js';
import { READ_YOUR_WRITES } from '../http/read-your-writes.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { Refusal, invalidInput } from '../http/refusal.js';
import { ImagePathDto, imageAndTag, wholeImage } from '../http/image-path.dto.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';
import { parseResourceType } from '../vocabulary/names.js';
import type { Slot } from '../vocabulary/slot.js';
import { slotLabel } from '../vocabulary/slot.js';
import type { AccessDirectory } from '../workspaces/authorization/access-directory.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { callerOf } from '../http/request-context.js';
import { CatalogReader } from './catalog-reader.js';
import { GetImageQueryDto, ListImagesQueryDto, ResolveQueryDto } from './catalog.dto.js';
import { parseImageCursor } from './queries/image-cursor.js';
import type { ImageFilter } from './queries/image-page.query.js';
import { ResolveQueries } from './queries/resolve.queries.js';
import type { Wanted } from './queries/resolve.queries.js';
import { UsageQueries } from './queries/usage.queries.js';
import type { ImageUsage } from './view/image-usage.view.js';
import { imageSchema } from './view/image.view.js';
import { imageUsageSchema } from './view/image-usage.view.js';
import { resolvedImageSchema } from './view/resolved-image.js';
import type { ResolvedImage } from './view/resolved-image.js';

@ApiTags('images')
@Controller('v0/images')
export class CatalogController {
  constructor(
    private readonly reader: CatalogReader,
    private readonly resolving: ResolveQueries,
    private readonly usageOf: UsageQueries,
    @Inject(READ_YOUR_WRITES) private readonly readYourWrites: ReadYourWrites,
    @Inject(ACCESS_DIRECTORY) private readonly directory: AccessDirectory,
  ) {}

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
    await this.readYourWrites.asked(query.minPosition);
    const page = await this.reader.list(workspaceOf(request), filterOf(query), query.at);
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
    await this.readYourWrites.asked(query.minPosition);
    const { slot, tag } = imageAndTag(workspaceOf(request), path);
    const found = await this.reader.get(slot, query.at);
    if (found === undefined) throw imageMissing(slot);
    if (tag !== undefined && query.at === undefined) await this.#resolved(slot, { tag });
    else if (tag !== undefined && query.at !== undefined && !(await this.reader.hadTag(slot, tag, query.at)))
      throw new Refusal({
        code: 'tag-not-found',
        category: 'not-found',
        message: `${slotLabel(slot)} had no tag ${tag} then.`,
      });
    sendCached(request, reply, found);
  }

  /** What a tag or digest means now: whose repository, which digest, what to pull. */
  @Get(':resourceType/:imageName/resolve')
  @Access('member')
  @ApiOperation({ operationId: 'resolveImage', summary: 'Resolve a tag or digest.' })
  @Answers(200, 'What it means now.', resolvedImageSchema)
  @Refuses(404, 'image-not-found', 'tag-not-found', 'digest-not-found')
  async resolve(
    @Param() path: ImagePathDto,
    @Query() query: ResolveQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<ResolvedImage> {
    await this.readYourWrites.asked(query.minPosition);
    const { slot, tag } = imageAndTag(workspaceOf(request), path);
    return this.#resolved(slot, wantedOf(query.tag ?? tag, query.digest));
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
    await this.readYourWrites.asked(query.minPosition);
    const slot = wholeImage(workspaceOf(request), path, 'what depends on an image is told for all its tags.');
    const visible = await this.directory.workspacesOf(callerOf(request));
    const names = new Set(visible.map(({ workspace }) => workspace.name));
    const usage = await this.usageOf.usage(slot, new Date().toISOString(), (workspace) => names.has(workspace));
    if (usage === undefined) throw imageMissing(slot);
    return usage;
  }

  async #resolved(slot: Slot, wanted: Wanted): Promise<ResolvedImage> {
    const { kind, ...resolution } = await this.resolving.resolve(slot, wanted);
    if (kind === 'resolved' && 'digest' in resolution) return resolution;
    if (kind === 'image-not-found') throw imageMissing(slot);
    const what =
      wanted === 'latest'
        ? 'no tag yet'
        : 'tag' in wanted
          ? `no tag ${wanted.tag}`
          : `no tag that points at ${wanted.digest}`;
    throw new Refusal({
      code: kind === 'resolved' ? 'tag-not-found' : kind,
      category: 'not-found',
      message: `${slotLabel(slot)} has ${what}.`,
    });
  }
}

function filterOf({ limit, cursor, q, type, shared }: ListImagesQueryDto): ImageFilter {
  const after = cursor === undefined ? undefined : parseImageCursor(cursor);
  if (cursor !== undefined && after === undefined) {
    throw invalidInput('invalid-cursor', 'cursor is not one that the service gave out. Begin again without it.');
  }
  return {
    limit: limit === undefined ? undefined : Number(limit),
    after,
    q,
    type: type === undefined ? undefined : parseResourceType(type),
    shared,
  };
}

function wantedOf(tag: string | undefined, digest: string | undefined): Wanted {
  if (tag !== undefined && digest !== undefined) {
    throw invalidInput('invalid-input', 'Ask for a tag or for a digest, not for both.');
  }
  if (digest !== undefined) return { digest };
  return tag === undefined ? 'latest' : { tag };
}

function imageMissing(slot: Slot): Refusal {
  const message = `There is no image ${slot.resourceType}/${slot.name} in workspace ${slot.workspace}.`;
  return new Refusal({ code: 'image-not-found', category: 'not-found', message });
}
