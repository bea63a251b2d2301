import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { Access } from './access.decorator.js';
import { Answers } from './openapi/answers.js';

/** Injection token of the Prometheus registry. */
export const METRICS = Symbol('Metrics');

@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS) private readonly registry: Registry) {}

  /** In the Prometheus text format. Scrape it with the operator key as bearer token. */
  @Get()
  @Access('operator')
  @ApiOperation({ operationId: 'getMetrics', summary: 'Metrics for Prometheus.' })
  @ApiProduces('text/plain')
  @Answers(200, 'In the Prometheus text format.', z.string())
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.registry.contentType);
    return this.registry.metrics();
  }
}
