import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Position } from '../../event-sourcing/position.js';
import { z } from 'zod';
import { Access } from '../../http/access.decorator.js';
import { Answers, Refuses } from '../../http/openapi/answers.js';
import { Refusal, invalidInput } from '../../http/refusal.js';
import { headerOf, workspaceOf } from '../../http/request-context.js';
import { CatalogFeed } from './catalog-feed.js';
import { EventStream } from './event-stream.js';
import { caughtUpSchema, feedEventSchema } from './feed-message.js';
import { FeedConnections } from './feed-connections.js';
import { FeedQueryDto } from './feed.dto.js';

/** A client that reads nothing for so long is disconnected; it may come back and go on. */
const stallMs = 120_000;

@ApiTags('feed')
@Controller('v0/feed')
export class FeedController {
  constructor(
    private readonly feed: CatalogFeed,
    private readonly connections: FeedConnections,
  ) {}

  /**
   * What changes in the catalog of the workspace, tags pushed to images shared with it included, as server-sent events.
   *
   * Ids are positions: sent back as Last-Event-ID, the feed goes on after that event, without a gap and without a
   * repetition. The event `caught-up` says that everything there was has been told.
   */
  @Get()
  @Access('member')
  @ApiOperation({ operationId: 'followFeed', summary: 'Follow what changes in the catalog.' })
  @Answers(
    200,
    'Server-sent events. The data of each is a document of this shape.',
    z.union([feedEventSchema, caughtUpSchema]),
  )
  @Refuses(400, 'invalid-position')
  @Refuses(410, 'position-unknown')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Go on after the event of this id.',
    schema: { type: 'string' },
  })
  @ApiProduces('text/event-stream')
  async follow(
    @Query() query: FeedQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = await this.#begin(beginOf(request, query));
    if (request.method === 'HEAD') {
      await reply.header('content-type', 'text/event-stream; charset=utf-8').send();
      return;
    }
    reply.hijack();
    void this.connections.serve({
      workspace: workspaceOf(request),
      after,
      headers: request.headers,
      stream: new EventStream(reply.raw, reply.getHeaders(), stallMs),
      onFault: (err) => {
        request.log.error({ err }, 'a feed broke off');
      },
    });
  }

  async #begin(text: string | undefined): Promise<Position | undefined> {
    if (text === undefined) return this.feed.now();
    if (text === 'start') return undefined;
    switch (await this.feed.check(text)) {
      case 'known':
        return text;
      case 'malformed':
        throw invalidInput(
          'invalid-position',
          'The feed can begin after a position as the service gave it out, or at "start".',
        );
      case 'ahead':
        throw new Refusal({
          code: 'position-unknown',
          category: 'gone',
          message:
            `The event store does not reach to position ${text}; it was probably restored from a backup. ` +
            'Read the catalog again, then follow the feed without Last-Event-ID, or from ?since=start.',
        });
    }
  }
}

/** The header wins, for it is what a client sends when it comes back to the very same address. */
function beginOf(request: FastifyRequest, { lastEventId, since }: FeedQueryDto): string | undefined {
  const header = headerOf(request, 'last-event-id');
  return header === undefined || header === '' ? (lastEventId ?? since) : header;
}
