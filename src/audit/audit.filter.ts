import type { Position } from '../event-sourcing/position.js';
import type { ResourceType } from '../vocabulary/names.js';

/** Which events; every condition given must hold. */
export interface AuditFilter {
  /** Events in the streams of this workspace. */
  readonly workspace?: string;
  /** Events in the streams of this workspace, and those elsewhere that name it as the other side of a share. */
  readonly concerning?: string;
  /** Events of the slots of this type and name: one slot together with `workspace`, else those of all workspaces. */
  readonly image?: { readonly resourceType: ResourceType; readonly name: string };
  readonly stream?: string;
  readonly principal?: string;
  /** Events of one of these types. */
  readonly types?: readonly string[];
  /** Milliseconds since 1970: events dated then or later. */
  readonly from?: number;
  /** Milliseconds since 1970: events dated earlier. */
  readonly to?: number;
  /** Events after this position. */
  readonly after?: Position;
  /** Events up to this position, itself included. */
  readonly through?: Position;
  /** Events before this position. */
  readonly before?: Position;
}

export type AuditOrder = 'ascending' | 'descending';

const cursorPrefix = 'audit:';

/** A cursor that goes on after the event at this position. */
export function auditCursor(position: Position): string {
  return Buffer.from(`${cursorPrefix}${position}`).toString('base64url');
}

/** The position in a cursor; `undefined` for a text that is none. */
export function parseAuditCursor(cursor: string): Position | undefined {
  const text = Buffer.from(cursor, 'base64url').toString();
  return text.startsWith(cursorPrefix) && auditCursor(text.slice(cursorPrefix.length)) === cursor
    ? text.slice(cursorPrefix.length)
    : undefined;
}
