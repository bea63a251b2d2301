import { Body, Controller, Delete, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, CommandHeaders, Refuses } from '../http/openapi/answers.js';
import { etagHeader, positionHeader } from '../http/openapi/headers.js';
import { imageSchema } from '../catalog/view/image.view.js';
import { accepted } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { workspaceOf } from '../http/request-context.js';
import { parseResourceType } from '../vocabulary/names.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import { ImageHandlers } from './handlers/image-handlers.js';
import { ImageAnswers } from './image-answers.js';
import { ImagePathDto, TagPathDto, imageAndTag, wholeImage } from '../http/image-path.dto.js';
import { CreateImageDto, PushTagBodyDto } from './images.dto.js';
import { cleanupSchema, registeredImageSchema } from './images.view.js';

@ApiTags('images')
@Controller('v0/images')
export class ImagesController {
  constructor(
    private readonly handlers: ImageHandlers,
    private readonly answers: ImageAnswers,
  ) {}

  /** Registers an image without a tag yet. Registering one that is there changes nothing. */
  @Post()
  @HttpCode(200)
  @Access('member')
  @ApiOperation({ operationId: 'createImage', summary: 'Register an image.' })
  @Changes()
  @Answers(200, 'The image is registered.', registeredImageSchema, positionHeader)
  @Refuses(409, 'name-taken')
  async create(
    @Body() body: CreateImageDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShapeOf<typeof registeredImageSchema>> {
    const resourceType = parseResourceType(body.resourceType) ?? 'sandbox';
    const slot = { workspace: workspaceOf(request), resourceType, name: body.name };
    const data = { slot, ...(body.image !== undefined && { reference: body.image }) };
    const done = await this.answers.visible(reply, await this.handlers.own.register(data, requestOf(request)));
    return {
      name: slot.name,
      resourceType,
      message:
        done.kind === 'accepted' ? 'The image is registered. Push tags to it.' : 'The image was registered before.',
      ...(body.image !== undefined && { image: body.image }),
    };
  }

  /** Points a tag at a digest; registers the image if there is none. Everyone it is shared with sees the tag at once. */
  @Put(':resourceType/:imageName/tags/:tagName')
  @Access('member')
  @ApiOperation({ operationId: 'pushTag', summary: 'Push a tag.' })
  @Changes()
  @Answers(200, 'The image with the tag.', imageSchema, etagHeader, positionHeader)
  @Refuses(400, 'tag-not-allowed', 'not-owner')
  async pushTag(
    @Param() path: TagPathDto,
    @Body() body: PushTagBodyDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const slot = wholeImage(workspaceOf(request), path, 'the tag to push is the last part of the path.');
    const { digest, size, mediaType, platforms } = body;
    const data = {
      slot,
      tag: path.tagName,
      digest,
      size,
      ...(mediaType !== undefined && { mediaType }),
      platforms: platforms ?? [],
    };
    const done = await this.answers.visible(reply, await this.handlers.own.pushTag(data, requestOf(request)));
    await this.answers.sendImage(reply, slot, done);
  }

  /** Deletes a tag. Refused while the image is shared or something deployed uses the tag. */
  @Delete(':resourceType/:imageName/tags/:tagName')
  @Access('admin')
  @ApiOperation({ operationId: 'deleteImageTag', summary: 'Delete a tag.' })
  @Changes()
  @Answers(200, 'The image without the tag.', imageSchema, etagHeader, positionHeader)
  @Refuses(400, 'tag-not-allowed', 'not-owner', 'image-shared', 'tag-in-use')
  @Refuses(404, 'image-not-found', 'tag-not-found')
  async deleteTag(
    @Param() path: TagPathDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const slot = wholeImage(workspaceOf(request), path, 'the tag to delete is the last part of the path.');
    const data = { slot, tag: path.tagName };
    const done = await this.answers.visible(reply, await this.handlers.own.deleteTag(data, requestOf(request)));
    await this.answers.sendImage(reply, slot, done);
  }

  /** Deletes an image with all its tags, or, for NAME:TAG, that tag only. Refused while it is shared or deployed. */
  @Delete(':resourceType/:imageName')
  @Access('admin')
  @ApiOperation({ operationId: 'deleteImage', summary: 'Delete an image.' })
  @Changes()
  @Answers(200, 'The image as it was, or without the tag.', imageSchema, etagHeader, positionHeader)
  @Refuses(400, 'not-owner', 'image-shared', 'image-in-use', 'tag-in-use')
  @Refuses(404, 'image-not-found', 'tag-not-found')
  async deleteImage(
    @Param() path: ImagePathDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { slot, tag } = imageAndTag(workspaceOf(request), path);
    if (tag !== undefined) {
      const untagged = await this.handlers.own.deleteTag({ slot, tag }, requestOf(request));
      await this.answers.sendImage(reply, slot, await this.answers.visible(reply, untagged));
      return;
    }
    const deleted = await this.handlers.own.deleteImage({ slot }, requestOf(request));
    await this.answers.sendDeleted(reply, slot, await this.answers.visible(reply, deleted));
  }

  /** Deletes every image of the workspace that is neither deployed nor shared. */
  @Delete()
  @Access('admin')
  @ApiOperation({ operationId: 'cleanupImages', summary: 'Delete unused images.' })
  @CommandHeaders()
  @Answers(200, 'How many were deleted.', cleanupSchema, positionHeader)
  async cleanup(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShapeOf<typeof cleanupSchema>> {
    const outcome = await this.handlers.cleanup.handle({ workspace: workspaceOf(request) }, requestOf(request));
    if (outcome.kind === 'rejected') return accepted(outcome);
    await this.answers.passed(reply, outcome.position);
    const deleted = outcome.deleted.length;
    return {
      deleted,
      message: deleted === 0 ? 'Every image is in use or shared.' : `Deleted ${deleted} unused image(s).`,
    };
  }
}
