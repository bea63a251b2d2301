import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { isWorkspaceName } from '../vocabulary/names.js';
import type { Principal } from '../workspaces/authorization/principal.js';
import type { AccessDirectory } from '../workspaces/authorization/access-directory.js';
import { authorize, authorizeOperator } from '../workspaces/authorization/authorize.js';
import type { Authorization } from '../workspaces/authorization/authorize.js';
import { accessRuleKey } from './access.decorator.js';
import type { AccessRule } from './access-rule.js';
import { Refusal, invalidInput } from './refusal.js';
import { requestedWorkspace } from './request-context.js';
import { SERVING } from './serving.js';
import type { Serving } from './serving.js';

/** Injection token of the {@link AccessDirectory}. */
export const ACCESS_DIRECTORY = Symbol('AccessDirectory');

/** Lets a request pass when its caller may call the route. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(ACCESS_DIRECTORY) private readonly directory: Pick<AccessDirectory, 'roleOf' | 'isWorkspaceNameTaken'>,
    @Inject(SERVING) private readonly serving: Serving,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.get<AccessRule | undefined>(accessRuleKey, context.getHandler());
    if (rule === undefined)
      throw new TypeError(`${context.getClass().name}.${context.getHandler().name} does not declare who may call it`);
    if (rule.level === 'public') return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (rule.level === 'operator') {
      granted(authorizeOperator(callerOrRefuse(request)));
      return true;
    }
    this.serving.require();
    const caller = callerOrRefuse(request);
    if (rule.level === 'authenticated') return true;
    const seesAll = rule.operatorSeesAll === true && caller.kind === 'operator';
    if (seesAll && workspaceNamed(rule, request) === undefined) return true;
    const workspace = workspaceFor(rule, request);
    request.tagalong.role =
      seesAll && (await this.directory.isWorkspaceNameTaken(workspace))
        ? 'admin'
        : granted(await authorize(this.directory, caller, workspace, rule.level)).role;
    request.tagalong.workspace = workspace;
    return true;
  }
}

function granted<T>(authorization: Authorization<T>): T {
  if (authorization.kind === 'refused') throw new Refusal(authorization.rejection);
  return authorization;
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
  const name = workspaceNamed(rule, request);
  if (name === undefined) {
    throw invalidInput('workspace-missing', 'Name the workspace in the header X-Blaxel-Workspace or as ?workspace=.');
  }
  if (!isWorkspaceName(name)) {
    throw invalidInput('invalid-workspace', 'A workspace name has 1 to 63 characters of a-z, 0-9 and inner hyphens.');
  }
  return name;
}

function workspaceNamed(rule: AccessRule, request: FastifyRequest): string | undefined {
  return rule.workspaceParam === undefined
    ? requestedWorkspace(request)
    : pathParam(request.params, rule.workspaceParam);
}

function pathParam(params: unknown, name: string): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const value: unknown = Object.entries(params).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}
