import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../workspaces/authorization/principal.js';
import type { Role } from '../workspaces/domain/workspace.events.js';
import { apiVersions } from './api-versions.js';
import { invalidInput } from './refusal.js';

/** What the edge knows of a request, filled in step by step: correlation first, then the caller, then the workspace. */
export interface RequestContext {
  readonly correlationId: string;
  caller?: Principal;
  /** Why there is no caller, when a credential was sent that is not valid. */
  refusal?: Error;
  /** The workspace the request is about, once the caller's right to it has been checked. */
  workspace?: string;
  role?: Role;
}

declare module 'fastify' {
  interface FastifyRequest {
    tagalong: RequestContext;
  }
}

const correlationPattern = /^[\x21-\x7e]{1,128}$/;

/** What ties together everything about a request: the id that the caller gave, when it is a sane one, else a new one. */
export function correlationIdOf(request: Pick<FastifyRequest, 'headers'>): string {
  const given = headerOf(request, 'x-correlation-id') ?? headerOf(request, 'x-request-id');
  return given !== undefined && correlationPattern.test(given) ? given : randomUUID();
}

/** Begins the context of a request; its id is its correlation id. */
export function beginContext(request: FastifyRequest): RequestContext {
  return { correlationId: request.id };
}

/** One header as text; the first when it was sent several times. */
export function headerOf(request: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * The workspace the request names, in the header or as `?workspace=`.
 *
 * @throws Refusal when it names two: whichever was meant, the other one must not be answered in its place
 */
export function requestedWorkspace(request: FastifyRequest): string | undefined {
  const header = headerOf(request, 'x-blaxel-workspace');
  const asked = workspaceInQuery(request);
  if (header === undefined || header === '') return asked;
  if (asked === undefined || asked === header) return header;
  throw invalidInput(
    'workspace-ambiguous',
    'X-Blaxel-Workspace and ?workspace= name two workspaces. Leave one of them out.',
  );
}

function workspaceInQuery({ query }: FastifyRequest): string | undefined {
  if (typeof query !== 'object' || query === null || !('workspace' in query)) return undefined;
  return typeof query.workspace === 'string' && query.workspace !== '' ? query.workspace : undefined;
}

/** The caller of a route that is not public; the guard has put it there. */
export function callerOf(request: FastifyRequest): Principal {
  const { caller } = request.tagalong;
  if (caller === undefined) throw new TypeError('a route that needs a caller is declared public');
  return caller;
}

/** The workspace of a route for members or admins; the guard has put it there. */
export function workspaceOf(request: FastifyRequest): string {
  const { workspace } = request.tagalong;
  if (workspace === undefined) throw new TypeError('a route that needs a workspace does not declare it');
  return workspace;
}

/** The workspace of a route whose operator may see all; `undefined` is all of them, and never for anybody else. */
export function workspaceOrAll(request: FastifyRequest): string | undefined {
  return callerOf(request).kind === 'operator' ? request.tagalong.workspace : workspaceOf(request);
}

const versions: ReadonlySet<string> = new Set(apiVersions);

/** Refuses versions of the management API that do not exist. */
export function checkApiVersion(request: FastifyRequest): void {
  const version = headerOf(request, 'blaxel-version');
  if (version === undefined || version === '' || versions.has(version)) return;
  throw invalidInput(
    'invalid_api_version',
    `There is no API version ${version.slice(0, 40)}. Send Blaxel-Version ${[...versions].join(' or ')}, or leave it out.`,
  );
}
