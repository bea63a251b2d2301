import type { ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import type { Slot } from '../vocabulary/slot.js';
import { auditCounters, auditNames, auditStreams } from './audit.tables.js';
import type { AuditCounterRow, AuditNameRow, AuditStreamRow } from './audit.tables.js';

/** The names that one event brings up. */
export interface NamesOfEvent {
  readonly stream: string;
  readonly type: string;
  readonly principal: string;
  readonly workspace: string | undefined;
  readonly concerns: string | undefined;
}

/** Gives every name and stream its number within one batch: the one it has, or the next free one. */
export class AuditNumbers {
  readonly #counters: RowSet<AuditCounterRow>;
  readonly #names: RowSet<AuditNameRow>;
  readonly #streams: RowSet<AuditStreamRow>;

  constructor(rows: ProjectionRows) {
    this.#counters = rows.table(auditCounters);
    this.#names = rows.table(auditNames);
    this.#streams = rows.table(auditStreams);
  }

  /** Fetches the numbers known so far; only what was named here may be asked for. */
  async load(batch: readonly NamesOfEvent[]): Promise<void> {
    const streams = new Set<string>();
    const types = new Set<string>();
    const principals = new Set<string>();
    const workspaces = new Set<string>();
    for (const { stream, type, principal, workspace, concerns } of batch) {
      streams.add(stream);
      types.add(type);
      principals.add(principal);
      if (workspace !== undefined) workspaces.add(workspace);
      if (concerns !== undefined) workspaces.add(concerns);
    }
    await this.#counters.load([['numbers']]);
    await this.#streams.load([...streams].map((stream) => [stream]));
    await this.#names.load([
      ...[...types].map((name) => ['type', name]),
      ...[...principals].map((name) => ['principal', name]),
      ...[...workspaces].map((name) => ['workspace', name]),
    ]);
  }

  of(kind: AuditNameRow['kind'], name: string): number {
    const known = this.#names.get(kind, name);
    if (known !== undefined) return known.number;
    const number = this.#next();
    this.#names.put({ kind, name, number });
    return number;
  }

  ofStream(stream: string, workspaceNumber: number | null, image: Slot | undefined): number {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known.number;
    const number = this.#next();
    this.#streams.put({
      stream,
      number,
      workspace_number: workspaceNumber,
      resource_type: image?.resourceType ?? null,
      image_name: image?.name ?? null,
    });
    return number;
  }

  #next(): number {
    const value = (this.#counters.get('numbers')?.value ?? 0) + 1;
    this.#counters.put({ name: 'numbers', value });
    return value;
  }
}
