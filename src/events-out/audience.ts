import { cloudEventOf } from '../catalog/feed/cloud-event.js';
import { asksTarget, comesAlong, ownEvent } from '../catalog/feed/feed-events.js';
import type { FeedEvent } from '../catalog/feed/feed-message.js';
import type { SlotFact } from '../catalog/feed/slot-fact.js';
import type { ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import type { Slot } from '../vocabulary/slot.js';
import { sharedInTable, workspaceAccountsTable } from './audience.tables.js';
import type { SharedInRow, WorkspaceAccountRow } from './audience.tables.js';
import type { OutgoingEvent } from './outgoing-event.js';

/** A workspace and the account it was created in. */
export interface NewWorkspace {
  readonly workspace: string;
  readonly accountId: string;
}

/** What happened, as far as anybody is told of it or it decides who is told of what comes later. */
export type Happened =
  { readonly kind: 'slot'; readonly fact: SlotFact } | ({ readonly kind: 'workspace' } & NewWorkspace);

/** Knows, event by event in the order of the log, in whose feeds it is: the rows of one batch. */
export class Audience {
  readonly #sharedIn: RowSet<SharedInRow>;
  readonly #accounts: RowSet<WorkspaceAccountRow>;

  constructor(rows: ProjectionRows) {
    this.#sharedIn = rows.table(sharedInTable);
    this.#accounts = rows.table(workspaceAccountsTable);
  }

  /** Fetches every row that the batch will ask for, but those of targets. */
  async load(batch: readonly Happened[]): Promise<void> {
    const slots = batch.flatMap((one) => (one.kind === 'slot' ? [one.fact.slot] : []));
    await this.#sharedIn.load(slots.map(keyOf));
    await this.#accounts.load(slots.map(({ workspace }) => [workspace]));
  }

  /** Everybody's words for what happened; the rows are taken along. */
  async take(happened: Happened): Promise<readonly OutgoingEvent[]> {
    if (happened.kind === 'workspace') {
      this.#accounts.put({ workspace: happened.workspace, account_id: happened.accountId });
      return [];
    }
    const { fact } = happened;
    const { slot, event } = fact;
    const owner = this.#sharedIn.get(...keyOf(slot))?.source_workspace;
    const account = this.#accounts.get(slot.workspace)?.account_id;
    const told: FeedEvent[] = [ownEvent(fact, { account, owner })];
    switch (event.type) {
      case 'SharedImageReceived':
        this.#sharedIn.put(rowOf(slot, event.data.source));
        break;
      case 'SharedImageRevoked':
        this.#sharedIn.delete(...keyOf(slot));
        break;
      case 'TagPushed':
      case 'TagDeleted':
        for (const target of await this.#targetsOf(slot)) told.push(...present(comesAlong(fact, target)));
        break;
      default:
        if ('target' in event.data) told.push(...present(asksTarget(fact, event.data.target)));
    }
    return told.map((one) => outgoing(fact, one));
  }

  async #targetsOf({ workspace, resourceType, name }: Slot): Promise<readonly string[]> {
    const rows = await this.#sharedIn.loadWhere({ source_workspace: workspace, resource_type: resourceType, name });
    return rows.map((row) => row.workspace);
  }
}

function keyOf({ workspace, resourceType, name }: Slot): readonly [string, string, string] {
  return [workspace, resourceType, name];
}

function rowOf({ workspace, resourceType, name }: Slot, source: string): SharedInRow {
  return { workspace, resource_type: resourceType, name, source_workspace: source };
}

function present<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

function outgoing({ id, position }: SlotFact, event: FeedEvent): OutgoingEvent {
  return { workspace: event.workspace, type: event.type, event: cloudEventOf({ id, position, event }) };
}
