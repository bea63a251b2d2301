import { BufferedRows } from '../../../src/event-sourcing/projection-rows.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { openTestReadModel } from '../../support/read-model/each-read-model.js';
import { accessProjection } from '../../../src/workspaces/access.projection.js';
import type { AccessSchema } from '../../../src/workspaces/access.tables.js';
import { SqlAccessDirectory } from '../../../src/workspaces/authorization/sql.access-directory.js';
import { accountCodec } from '../../../src/workspaces/domain/account.codec.js';
import type { AccountEvent } from '../../../src/workspaces/domain/account.events.js';
import { workspaceCodec } from '../../../src/workspaces/domain/workspace.codec.js';
import type { WorkspaceEvent } from '../../../src/workspaces/domain/workspace.events.js';
import { accountStream, workspaceStream } from '../../../src/workspaces/domain/workspace.stream.js';

/** An access projection over an in-memory read model, fed by hand. */
export class AccessReadModel {
  #position = 0;

  private constructor(
    private readonly readModel: ReadModel<AccessSchema>,
    readonly directory: SqlAccessDirectory,
  ) {}

  static async open(): Promise<AccessReadModel> {
    const readModel = await openTestReadModel<AccessSchema>();
    await readModel.projections.open(accessProjection);
    return new AccessReadModel(readModel, new SqlAccessDirectory(readModel.queries));
  }

  /** The events of a workspace as a store would give them, one second apart. */
  ofWorkspace(workspace: string, ...events: readonly WorkspaceEvent[]): RecordedEvent[] {
    return events.map((event) => this.#recorded(workspaceStream(workspace), workspaceCodec.encode(event)));
  }

  ofAccount(accountId: string, ...events: readonly AccountEvent[]): RecordedEvent[] {
    return events.map((event) => this.#recorded(accountStream(accountId), accountCodec.encode(event)));
  }

  /** Projects and commits one batch, and leaves the directory's memory alone. */
  async project(...batch: readonly RecordedEvent[]): Promise<void> {
    const { live } = await this.readModel.projections.open(accessProjection);
    if (live === undefined) throw new Error('the projection has no live generation');
    const rows = new BufferedRows(accessProjection.tables, live);
    rows.beginBatch();
    await accessProjection.project(batch, rows);
    const { checkpoint: from } = await live.progress();
    const to = batch.at(-1)?.position ?? from;
    if (to === undefined) return;
    await live.commit({ from, to, events: batch.length, changes: rows.changes() });
  }

  /** Projects the events of a workspace, and lets the directory know. */
  async happened(workspace: string, ...events: readonly WorkspaceEvent[]): Promise<void> {
    await this.project(...this.ofWorkspace(workspace, ...events));
    this.directory.invalidate();
  }

  close(): Promise<void> {
    return this.readModel.close();
  }

  #recorded(
    stream: string,
    encoded: { readonly type: string; readonly data: RecordedEvent['data']; readonly schemaVersion: number },
  ): RecordedEvent {
    const position = (this.#position += 1);
    return {
      id: `event-${position}`,
      type: encoded.type,
      stream,
      revision: BigInt(position),
      position: String(position).padStart(16, '0'),
      data: encoded.data,
      metadata: {
        commandId: `command-${position}`,
        correlationId: 'test',
        principal: 'operator',
        via: 'test',
        occurredAt: timeOf(position),
        schemaVersion: encoded.schemaVersion,
      },
    };
  }
}

/** When the event at this place happened. */
export function timeOf(position: number): string {
  return new Date(Date.UTC(2026, 0, 1) + position * 1_000).toISOString();
}
