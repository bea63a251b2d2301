import type { AuditEventDto } from './audit.dto.js';
import type { AuditEvent } from './audit.event.js';
import type { VerifyMessage } from './verify.js';

/** An event as JSON. */
export function auditEventJson({ revision, ...event }: AuditEvent): AuditEventDto {
  return { ...event, revision: Number(revision) };
}

/** A message of a verification as JSON: revisions become numbers. */
export function verifyMessageJson(message: VerifyMessage): object {
  if (message.kind !== 'difference') return message;
  const entries = Object.entries(message.difference).map(([field, value]: [string, unknown]) => [
    field,
    typeof value === 'bigint' ? Number(value) : value,
  ]);
  return { kind: 'difference', difference: Object.fromEntries(entries) as object };
}
