import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { isWorkspaceName } from '../vocabulary/names.js';
import type { Principal } from '../workspaces/authorization/principal.js';
import type { Role } from '../workspaces/domain/workspace.events.js';
import { accessRuleKey } from './access.decorator.js';
import type { AccessRule } from './access.decorator.js';
import { Refusal, invalidInput } from './refusal.js';
import { requestedWorkspace } from './request-context.js';

/** What the guard asks: what may this caller do there. */
export interface RoleSource {
  roleOf(principal: Principal, workspace: string): Role | undefined | Promise<Role | undefined>;
}

/** Injection token of the {@link RoleSource}. */
export const ROLE_SOURCE = Symbol('RoleSource');

/** Lets a request pass when its caller may call the route. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(ROLE_SOURCE) private readonly roles: RoleSource,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.get<AccessRule | undefined>(accessRuleKey, context.getHandler());
    if (rule === undefined)
      throw new TypeError(`${context.getClass().name}.${context.getHandler().name} does not declare who may call it`);
    if (rule.level === 'public') return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = callerOrRefuse(request);
    if (rule.level === 'authenticated') return true;
    if (rule.level === 'operator') {
      if (caller.kind !== 'operator') throw forbidden('Only the operator may do this. Use the operator key.');
      return true;
    }
    const workspace = workspaceFor(rule, request);
    const role = await this.roles.roleOf(caller, workspace);
    if (role !== 'admin' && role !== rule.level)
      throw role === undefined
        ? outsider(workspace)
        : forbidden(`Only an admin of workspace ${workspace} may do this. Ask one of its admins.`);
    request.tagalong.workspace = workspace;
    request.tagalong.role = role;
    return true;
  }
}

/** The caller that the authentication hook found, or its refusal. */
function callerOrRefuse({ tagalong }: FastifyRequest): Principal {
  if (tagalong.caller !== undefined) return tagalong.caller;
  throw (
    tagalong.refusal ??
    new Refusal({
      code: 'unauthenticated',
      category: 'unauthenticated',
      message: 'Send a key or token: Authorization: Bearer …',
    })
  );
}

function workspaceFor(rule: AccessRule, request: FastifyRequest): string {
  const { params } = request;
  const name = rule.workspaceParam === undefined ? requestedWorkspace(request) : pathParam(params, rule.workspaceParam);
  if (name === undefined) {
    throw invalidInput('workspace-missing', 'Name the workspace in the header X-Blaxel-Workspace or as ?workspace=.');
  }
  if (!isWorkspaceName(name)) {
    throw invalidInput('invalid-workspace', 'A workspace name has 1 to 63 characters of a-z, 0-9 and inner hyphens.');
  }
  return name;
}

function pathParam(params: unknown, name: string): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const value: unknown = Object.entries(params).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}

function forbidden(message: string): Refusal {
  return new Refusal({ code: 'forbidden', category: 'forbidden', message });
}

/** The same words whether the workspace exists or not. */
function outsider(workspace: string): Refusal {
  return forbidden(
    `You are not a member of workspace ${workspace}. Ask one of its admins to add you, or name another workspace.`,
  );
}
