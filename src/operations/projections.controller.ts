import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { commandContextOf } from '../http/command-context.js';
import { ProjectionAdmin } from './projection-admin.js';
import type { ProjectionAction } from './projection-admin.js';
import { ProjectionDto, ProjectionPathDto } from './projections.dto.js';

@ApiTags('operations')
@Controller('v0/projections')
export class ProjectionsController {
  constructor(private readonly admin: ProjectionAdmin) {}

  /** The read models of this process and how far each has come; a failed one names the event it stopped at. */
  @Get()
  @Access('operator')
  @ApiOperation({ summary: 'List projections.' })
  list(): ProjectionDto[] {
    return this.admin.all();
  }

  /**
   * Builds it from the log once more, beside the tables that go on answering, and swaps them when it has caught up.
   * Answers at once; GET /v0/projections shows how far it is.
   */
  @Post(':projectionName/rebuild')
  @HttpCode(202)
  @Access('operator')
  @ApiOperation({ summary: 'Rebuild a projection.' })
  rebuild(@Param() path: ProjectionPathDto, @Req() request: FastifyRequest): Promise<ProjectionDto> {
    return this.#act(path, 'rebuild', request);
  }

  /** Queries go on to answer what it has seen so far; those that must see everything are refused for now. */
  @Post(':projectionName/pause')
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({ summary: 'Stop a projection where it is.' })
  pause(@Param() path: ProjectionPathDto, @Req() request: FastifyRequest): Promise<ProjectionDto> {
    return this.#act(path, 'pause', request);
  }

  @Post(':projectionName/resume')
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({ summary: 'Let a paused projection go on.' })
  resume(@Param() path: ProjectionPathDto, @Req() request: FastifyRequest): Promise<ProjectionDto> {
    return this.#act(path, 'resume', request);
  }

  @Post(':projectionName/retry')
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({ summary: 'Let a failed projection try again the event at which it stopped.' })
  retry(@Param() path: ProjectionPathDto, @Req() request: FastifyRequest): Promise<ProjectionDto> {
    return this.#act(path, 'retry', request);
  }

  /** None of this is an event, so the log of the process says who did it and why. */
  async #act(
    { projectionName: projection }: ProjectionPathDto,
    action: ProjectionAction,
    request: FastifyRequest,
  ): Promise<ProjectionDto> {
    const { principal, via, reason, correlationId } = commandContextOf(request);
    const status = await this.admin.act(projection, action);
    request.log.info({ projection, action, principal, via, reason, correlationId }, 'projection steered');
    return status;
  }
}
