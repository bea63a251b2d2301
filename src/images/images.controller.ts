import { Body, Controller, Delete, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { accepted } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { workspaceOf } from '../http/request-context.js';
import { parseResourceType } from '../vocabulary/names.js';
import { ImageHandlers } from './handlers/image-handlers.js';
import { ImageAnswers } from './image-answers.js';
import { ImagePathDto, TagPathDto, imageAndTag, wholeImage } from '../http/image-path.dto.js';
import { CreateImageDto, PushTagBodyDto } from './images.dto.js';

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
  @ApiOperation({ summary: 'Register an image.' })
  async create(
    @Body() body: CreateImageDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ name: string; resourceType: string; message: string; image?: string }> {
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
  @ApiOperation({ summary: 'Push a tag.' })
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
  @ApiOperation({ summary: 'Delete a tag.' })
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
  @ApiOperation({ summary: 'Delete an image.' })
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
  @ApiOperation({ summary: 'Delete unused images.' })
  async cleanup(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ deleted: number; message: string }> {
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
