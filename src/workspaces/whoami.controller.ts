import { Controller, Get, Inject, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { Answers } from '../http/openapi/answers.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { callerOf } from '../http/request-context.js';
import type { AccessDirectory } from './authorization/access-directory.js';
import { principalName } from './authorization/principal.js';
import { whoAmISchema } from './whoami.view.js';
import type { WhoAmI } from './whoami.view.js';

@ApiTags('users')
@Controller('v0/whoami')
export class WhoAmIController {
  constructor(@Inject(ACCESS_DIRECTORY) private readonly directory: Pick<AccessDirectory, 'workspacesOf'>) {}

  @Get()
  @Access('authenticated')
  @ApiOperation({ operationId: 'whoAmI', summary: 'Who is the caller, and where may it go?' })
  @Answers(200, 'The caller.', whoAmISchema)
  async whoAmI(@Req() request: FastifyRequest): Promise<WhoAmI> {
    const caller = callerOf(request);
    const open = await this.directory.workspacesOf(caller);
    return {
      principal: principalName(caller),
      kind: caller.kind,
      ...(caller.kind === 'user' && caller.email !== undefined && { email: caller.email }),
      workspaces: open.map(({ workspace: { name, accountId }, role }) => ({ name, role, accountId })),
    };
  }
}
