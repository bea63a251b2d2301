import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Access } from './access.decorator.js';

/** One thing the service needs to be of use. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ready: boolean;
  /** What is wrong, or how far it has come. */
  readonly detail?: string;
}

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
  @ApiOperation({ summary: 'Is the process alive?' })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 200 when stores and projections serve, 503 with the reasons when not. Send traffic only then. */
  @Get('ready')
  @Access('public')
  @ApiOperation({ summary: 'Can requests be answered now?' })
  async ready(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ status: string; checks: readonly ReadinessCheck[] }> {
    const checks = await this.readiness.check();
    const ready = checks.every((check) => check.ready);
    if (!ready) void reply.status(503).header('retry-after', '1');
    return { status: ready ? 'ready' : 'not-ready', checks };
  }
}
