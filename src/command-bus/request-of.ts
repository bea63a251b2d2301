import type { FastifyRequest } from 'fastify';
import { commandContextOf } from '../http/command-context.js';
import { callerOf } from '../http/request-context.js';
import type { CommandRequest } from './command-definition.js';

/** Who asks, and the context of the command, from an HTTP request. */
export function requestOf(request: FastifyRequest): CommandRequest {
  return { caller: callerOf(request), context: commandContextOf(request) };
}
