import type { TableSpec } from '../event-sourcing/projection.js';

/** How many numbers have been given to names and streams so far. */
export type AuditCounterRow = Readonly<{
  name: 'numbers';
  value: number;
}>;

/** The number that stands for a workspace, a principal or a type of event in the index. */
export type AuditNameRow = Readonly<{
  kind: 'workspace' | 'principal' | 'type';
  name: string;
  number: number;
}>;

/** The number that stands for a stream, and what the stream is about. */
export type AuditStreamRow = Readonly<{
  stream: string;
  number: number;
  /** Null for a stream of no workspace, such as an account's. */
  workspace_number: number | null;
  resource_type: string | null;
  image_name: string | null;
}>;

/** Where an event is, and what it can be found by. The event itself stays in the store. */
export type AuditEventRow = Readonly<{
  position: string;
  stream_number: number;
  revision: number;
  workspace_number: number | null;
  type_number: number;
  principal_number: number;
  /** Milliseconds since 1970. */
  occurred_at: number;
}>;

/** An event in another workspace's stream that concerns this workspace: the other side of a share. */
export type AuditConcernRow = Readonly<{
  workspace_number: number;
  position: string;
}>;

/** Between which positions the events dated within one slice of time lie. */
export type AuditTimeRow = Readonly<{
  /** See {@link timeSliceOf}. */
  slice: number;
  first_position: string;
  last_position: string;
}>;

export const auditCounters: TableSpec<AuditCounterRow> = {
  name: 'audit_counters',
  columns: { name: { type: 'text' }, value: { type: 'integer' } },
  primaryKey: ['name'],
};

export const auditNames: TableSpec<AuditNameRow> = {
  name: 'audit_names',
  columns: { kind: { type: 'text' }, name: { type: 'text' }, number: { type: 'integer' } },
  primaryKey: ['kind', 'name'],
};

export const auditStreams: TableSpec<AuditStreamRow> = {
  name: 'audit_streams',
  columns: {
    stream: { type: 'text' },
    number: { type: 'integer' },
    workspace_number: { type: 'integer', nullable: true },
    resource_type: { type: 'text', nullable: true },
    image_name: { type: 'text', nullable: true },
  },
  primaryKey: ['stream'],
  indexes: [{ columns: ['number'] }, { columns: ['image_name', 'resource_type'], where: 'image_name is not null' }],
};

export const auditEvents: TableSpec<AuditEventRow> = {
  name: 'audit_events',
  columns: {
    position: { type: 'text' },
    stream_number: { type: 'integer' },
    revision: { type: 'integer' },
    workspace_number: { type: 'integer', nullable: true },
    type_number: { type: 'integer' },
    principal_number: { type: 'integer' },
    occurred_at: { type: 'integer' },
  },
  primaryKey: ['position'],
  indexes: [
    { columns: ['stream_number', 'position'] },
    { columns: ['workspace_number', 'type_number', 'position'], where: 'workspace_number is not null' },
    { columns: ['principal_number', 'position'] },
    { columns: ['type_number', 'position'] },
  ],
};

export const auditConcerns: TableSpec<AuditConcernRow> = {
  name: 'audit_concerns',
  columns: { workspace_number: { type: 'integer' }, position: { type: 'text' } },
  primaryKey: ['workspace_number', 'position'],
};

export const auditTimes: TableSpec<AuditTimeRow> = {
  name: 'audit_times',
  columns: { slice: { type: 'integer' }, first_position: { type: 'text' }, last_position: { type: 'text' } },
  primaryKey: ['slice'],
};

/** The tables as queries see them. */
export interface AuditTables {
  readonly audit_counters: AuditCounterRow;
  readonly audit_names: AuditNameRow;
  readonly audit_streams: AuditStreamRow;
  readonly audit_events: AuditEventRow;
  readonly audit_concerns: AuditConcernRow;
  readonly audit_times: AuditTimeRow;
}

const sliceLength = 600_000;

/** The slice of ten minutes that a time in milliseconds since 1970 falls into. */
export function timeSliceOf(milliseconds: number): number {
  return Math.floor(milliseconds / sliceLength);
}
