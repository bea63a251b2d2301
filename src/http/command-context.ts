import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../event-sourcing/command.js';
import { principalName } from '../workspaces/authorization/principal.js';
import type { Principal } from '../workspaces/authorization/principal.js';
import { invalidInput } from './refusal.js';
import { callerOf, headerOf } from './request-context.js';

/** The doors a client may say it stands at; anything else is plain `http`. */
const doors: ReadonlySet<string> = new Set(['cli', 'console']);

const commandIdPattern = /^[\x21-\x7e]{1,128}$/;
const reasonMaxLength = 500;

/**
 * Who, when, through what and why, from the headers of a request.
 *
 * `Idempotency-Key` makes the request repeatable: sent again with the same key it has no second effect.
 * `X-Tagalong-Reason` says why, percent-encoded.
 */
export function commandContextOf(request: FastifyRequest): CommandContext {
  const caller = callerOf(request);
  const key = headerOf(request, 'idempotency-key');
  const reason = reasonOf(request);
  const door = headerOf(request, 'x-tagalong-via');
  return {
    commandId: key === undefined ? randomUUID() : scopedCommandId(caller, key),
    repeatable: key !== undefined,
    correlationId: request.tagalong.correlationId,
    principal: principalName(caller),
    via: door !== undefined && doors.has(door) ? door : 'http',
    occurredAt: new Date().toISOString(),
    ...(reason !== undefined && { reason }),
  };
}

/**
 * The command id a sender chose, made its own: the same words from another sender are another id, so that nobody can
 * use up or probe the ids of others.
 */
export function scopedCommandId(sender: Principal, id: string): string {
  if (!commandIdPattern.test(id)) {
    throw invalidInput(
      'invalid-command-id',
      'A command id has 1 to 128 visible ASCII characters. A UUID is a good choice.',
    );
  }
  return `${withoutSlash(principalName(sender))}/${id}`;
}

/** A sub may hold slashes like an id: the first one in a command id is where the sender ends. */
function withoutSlash(name: string): string {
  return name.replace(/[%/]/g, encodeURIComponent);
}

function reasonOf(request: FastifyRequest): string | undefined {
  const header = headerOf(request, 'x-tagalong-reason');
  if (header === undefined || header === '') return undefined;
  return checkedReason(decoded(header));
}

/** A reason fit for the record. */
export function checkedReason(reason: string): string {
  if (reason.length > reasonMaxLength || /\p{Cc}/u.test(reason)) {
    throw invalidInput('invalid-reason', `A reason has up to ${reasonMaxLength} characters and no control characters.`);
  }
  return reason;
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw invalidInput('invalid-reason', 'X-Tagalong-Reason is not percent-encoded UTF-8.');
  }
}
