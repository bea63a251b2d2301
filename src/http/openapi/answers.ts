import { applyDecorators } from '@nestjs/common';
import { ApiHeaders, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { changeHeaders } from './headers.js';
import type { AnswerHeaders } from './headers.js';

type RouteDecorator = MethodDecorator & ClassDecorator;

/** Tells what a route answers when all is well; without a schema, an answer without a body. */
export function Answers(
  status: number,
  description: string,
  schema?: z.ZodType,
  ...headers: readonly AnswerHeaders[]
): RouteDecorator {
  return ApiResponse({
    status,
    description,
    headers: headers.reduce<AnswerHeaders>((all, more) => ({ ...all, ...more }), {}),
    ...(schema !== undefined && { standardSchema: schema }),
  });
}

/** Tells the codes with which a route refuses at one status, beside those that every route of its kind has. */
export function Refuses(status: 400 | 401 | 403 | 404 | 409 | 410, ...codes: readonly string[]): RouteDecorator {
  return ApiResponse({ status, description: codesText(codes) });
}

/** Says that a route takes the headers of a command, and how it refuses a bad one. */
export function CommandHeaders(): RouteDecorator {
  return applyDecorators(ApiHeaders([...changeHeaders]), Refuses(400, 'invalid-command-id', 'invalid-reason'));
}

/** Says that a route runs one command: the headers it takes, and that their id must not be of another command. */
export function Changes(): RouteDecorator {
  return applyDecorators(CommandHeaders(), Refuses(409, 'command-id-reused'));
}

/** The codes of an error answer, as its description lists them. */
export function codesText(codes: readonly string[]): string {
  return codes.map((code) => `\`${code}\``).join(', ');
}

/** The codes that a description lists. */
export function codesIn(description: string): string[] {
  return [...description.matchAll(/`([^`]+)`/g)].map(([, code]) => String(code));
}
