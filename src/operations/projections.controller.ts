import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, CommandHeaders, Refuses } from '../http/openapi/answers.js';
import { commandContextOf } from '../http/command-context.js';
import type { SubscriberAction } from '../event-sourcing/subscribers.js';
import { ProjectionAdmin } from './projection-admin.js';
import { projectionSchema } from './projection.view.js';
import type { ProjectionView } from './projection.view.js';
import { ProjectionPathDto } from './projections.dto.js';

@ApiTags('operations')
@Controller('v0/projections')
export class ProjectionsController {
  constructor(private readonly admin: ProjectionAdmin) {}

  /** The read models of this process and how far each has come; a failed one names the event it stopped at. */
  @Get()
  @Access('operator')
  @ApiOperation({ operationId: 'listProjections', summary: 'List projections.' })
  @Answers(200, 'All of them.', z.array(projectionSchema))
  list(): ProjectionView[] {
    return this.admin.all();
  }

  /**
   * Builds it from the log once more, beside the tables that go on answering, and swaps them when it has caught up.
   * Answers at once; GET /v0/projections shows how far it is.
   */
  @Post(':projectionName/rebuild')
  @HttpCode(202)
  @Access('operator')
  @ApiOperation({ operationId: 'rebuildProjection', summary: 'Rebuild a projection.' })
  @Answers(202, 'How it stands now.', projectionSchema)
  @CommandHeaders()
  @Refuses(404, 'projection-not-found')
  rebuild(@Param() path: ProjectionPathDto, @Req() request: FastifyRequest): Promise<ProjectionView> {
    return this.#act(path, 'rebuild', request);
  }

  /** Queries go on to answer what it has seen so far; those that must see everything are refused for now. */
  @Post(':projectionName/pause')
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({ operationId: 'pauseProjection', summary: 'Stop a projection where it is.' })
  @Answers(200, 'How it stands now.', projectionSchema)
  @CommandHeaders()
  @Refuses(404, 'projection-not-found')
  pause(@Param() path: ProjectionPathDto, @Req() request: FastifyRequest): Promise<ProjectionView> {
    return this.#act(path, 'pause', request);
  }

  @Post(':projectionName/resume')
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({ operationId: 'resumeProjection', summary: 'Let a paused projection go on.' })
  @Answers(200, 'How it stands now.', projectionSchema)
  @CommandHeaders()
  @Refuses(404, 'projection-not-found')
  resume(@Param() path: ProjectionPathDto, @Req() request: FastifyRequest): Promise<ProjectionView> {
    return this.#act(path, 'resume', request);
  }

  @Post(':projectionName/retry')
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({
    operationId: 'retryProjection',
    summary: 'Let a failed projection try again the event at which it stopped.',
  })
  @Answers(200, 'How it stands now.', projectionSchema)
  @CommandHeaders()
  @Refuses(404, 'projection-not-found')
  @Refuses(409, 'projection-not-failed')
  retry(@Param() path: ProjectionPathDto, @Req() request: FastifyRequest): Promise<ProjectionView> {
    return this.#act(path, 'retry', request);
  }

  /** None of this is an event, so the log of the process says who did it and why. */
  async #act(
    { projectionName: projection }: ProjectionPathDto,
    action: SubscriberAction,
    request: FastifyRequest,
  ): Promise<ProjectionView> {
    const { principal, via, reason, correlationId } = commandContextOf(request);
    const status = await this.admin.act(projection, action);
    request.log.info({ projection, action, principal, via, reason, correlationId }, 'projection steered');
    return status;
  }
}
