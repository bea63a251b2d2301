import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ShapeOf } from '../vocabulary/shape.js';
import { Access } from './access.decorator.js';
import { Answers } from './openapi/answers.js';

const readinessCheck = z
  .strictObject({
    name: z.string(),
    ready: z.boolean(),
    optional: z.literal(true).describe('Requests are answered without it too.').exactOptional(),
    detail: z.string().describe('What is wrong, or how far it has come.').exactOptional(),
  })
  .meta({ id: 'ReadinessCheck', description: 'One thing the service needs to be of use.' });

export type ReadinessCheck = ShapeOf<typeof readinessCheck>;

const readinessSchema = z
  .strictObject({ status: z.enum(['ready', 'not-ready']), checks: z.array(readinessCheck) })
  .meta({ id: 'Readiness' });

const liveSchema = z.strictObject({ status: z.literal('live') }).meta({ id: 'Liveness' });

/** Tells whether requests can be answered now. */
export interface Readiness {
  check(): readonly ReadinessCheck[] | Promise<readonly ReadinessCheck[]>;
}

/** Injection token of {@link Readiness}. */
export const READINESS = Symbol('Readiness');

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  /** The process answers. Restart it when this does not. */
  @Get('live')
  @Access('public')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Is the process alive?' })
  @Answers(200, 'It is.', liveSchema)
  live(): ShapeOf<typeof liveSchema> {
    return { status: 'live' };
  }

  /** 200 when stores and projections serve, 503 with the reasons when not. Send traffic only then. What requests do not need is told and changes nothing. */
  @Get('ready')
  @Access('public')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Can requests be answered now?' })
  @Answers(200, 'They can.', readinessSchema)
  @Answers(503, 'They cannot, for the reasons given.', readinessSchema)
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ShapeOf<typeof readinessSchema>> {
    const checks = await this.readiness.check();
    const ready = checks.every((check) => check.ready || check.optional === true);
    if (!ready) void reply.status(503).header('retry-after', '1');
    return { status: ready ? 'ready' : 'not-ready', checks };
  }
}
