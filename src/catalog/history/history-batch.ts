import type { RecordedEvent } from '../../event-sourcing/event.js';
import { hasPassed } from '../../event-sourcing/position.js';
import type { ProjectionRows, RowSet } from '../../event-sourcing/projection.js';
import type { ImageEvent } from '../../images/domain/image.events.js';
import { readSlotEvent } from '../slot-event.js';
import type { SlotEvent } from '../slot-event.js';
import type { NamedSlot, SlotNames } from '../slot-names.js';
import { presenceTable, slotChangesTable, slotHeadsTable, slotSnapshotsTable } from './history.tables.js';
import type { PresenceRow, SlotChangeRow, SlotHeadRow, SlotSnapshotRow } from './history.tables.js';
import { Moments } from './moments.js';
import { changeRow, readChange } from './slot-change.js';
import { SlotView } from './slot-view.js';

/** A stretch of changes is at least so long before the next snapshot, and at least as long as the image has tags. */
const shortestStretch = 64;

type Head = { -readonly [K in keyof SlotHeadRow]: SlotHeadRow[K] };

/** One slot's history while a batch continues it. */
interface OpenSlot extends NamedSlot {
  head: Head;
  /** The changes of this batch that follow the newest snapshot. */
  recent: SlotEvent[];
}

interface Step {
  readonly named: NamedSlot;
  readonly revision: bigint;
  readonly read: SlotEvent;
}

/** The events of one batch that change what slots show: taken in first, so that all rows come in one go, then applied. */
export class HistoryBatch {
  readonly #changes: RowSet<SlotChangeRow>;
  readonly #snapshots: RowSet<SlotSnapshotRow>;
  readonly #heads: RowSet<SlotHeadRow>;
  readonly #presence: RowSet<PresenceRow>;
  readonly #moments: Moments;
  readonly #steps: Step[] = [];
  readonly #open = new Map<string, OpenSlot>();

  constructor(
    rows: ProjectionRows,
    private readonly names: SlotNames,
  ) {
    this.#changes = rows.table(slotChangesTable);
    this.#snapshots = rows.table(slotSnapshotsTable);
    this.#heads = rows.table(slotHeadsTable);
    this.#presence = rows.table(presenceTable);
    this.#moments = new Moments(rows);
  }

  /** Takes an event in. Skips what changes nothing that a slot shows. */
  add(recorded: RecordedEvent): void {
    if (!shows.has(recorded.type)) return;
    const named = this.names.of(recorded.stream);
    if (named === undefined) return;
    const read = readSlotEvent(recorded);
    if (read !== undefined) this.#steps.push({ named, revision: recorded.revision, read });
  }

  /** Applies everything taken in. */
  async apply(): Promise<void> {
    if (this.#steps.length === 0) return;
    const labels = new Set(this.#steps.map(({ named }) => named.label));
    await this.#heads.load([...labels].map((label) => [label]));
    await this.#moments.open();
    for (const step of this.#steps) await this.#applyOne(step);
    this.#moments.close();
    for (const { head } of this.#open.values()) this.#heads.put(head);
  }

  async #applyOne({ named, revision, read }: Step): Promise<void> {
    const slot = this.#slot(named);
    const { head } = slot;
    if (hasPassed(head.position, read.position)) return;
    await this.#moments.note(read.at, read.position);
    this.#changes.put(changeRow(slot.label, head.since, revision, read));
    slot.recent.push(read);
    head.position = read.position;
    head.changes += 1;
    this.#follow(slot, read);
    if (head.changes >= Math.max(shortestStretch, head.tags)) await this.#snapshot(slot);
  }

  #slot(named: NamedSlot): OpenSlot {
    const known = this.#open.get(named.label);
    if (known !== undefined) return known;
    const row = this.#heads.get(named.label);
    const head = row === undefined ? newHead(named.label) : { ...row };
    const slot = { ...named, head, recent: [] };
    this.#open.set(named.label, slot);
    return slot;
  }

  /** Keeps the number of tags, and the stretches in which the slot is filled. */
  #follow({ head, slot }: OpenSlot, { event, position }: SlotEvent): void {
    if (event.type === 'TagPushed' && event.data.replaces === undefined) head.tags += 1;
    if (event.type === 'TagDeleted') head.tags -= 1;
    const filled = fills.has(event.type);
    if (!filled && !empties.has(event.type)) return;
    head.tags = 0;
    const from = filled ? position : head.present_from;
    if (from === null) return;
    const source = event.type === 'SharedImageReceived' ? event.data.source : filled ? null : head.present_source;
    this.#presence.put({
      workspace: slot.workspace,
      resource_type: slot.resourceType,
      name: slot.name,
      from_position: from,
      to_position: filled ? null : position,
      source_workspace: source,
    });
    head.present_from = filled ? position : null;
    head.present_source = filled ? source : null;
  }

  async #snapshot(slot: OpenSlot): Promise<void> {
    const { head, label } = slot;
    const view = await this.#viewAtSnapshot(slot);
    for (const read of await this.#earlierChanges(slot)) view.apply(read);
    for (const read of slot.recent) view.apply(read);
    this.#snapshots.put({ slot: label, position: head.position, view: view.toSnapshot() });
    head.since = head.position;
    head.changes = 0;
    slot.recent = [];
  }

  async #viewAtSnapshot({ slot, label, head }: OpenSlot): Promise<SlotView> {
    if (head.since === '') return new SlotView(slot);
    await this.#snapshots.load([[label, head.since]]);
    const row = this.#snapshots.get(label, head.since);
    if (row === undefined)
      throw new Error(`the history of ${label} has lost its snapshot at ${head.since}; rebuild it`);
    return SlotView.fromSnapshot(slot, row.view);
  }

  /** The changes since the newest snapshot that came before this batch. */
  async #earlierChanges({ slot, label, head, recent }: OpenSlot): Promise<readonly SlotEvent[]> {
    if (head.changes === recent.length) return [];
    const rows = await this.#changes.loadWhere({ slot: label, since: head.since });
    const first = recent[0]?.position ?? head.position;
    return rows
      .filter(({ position }) => position < first)
      .sort((a, b) => (a.position < b.position ? -1 : 1))
      .map((row) => readChange(slot, row));
  }
}

const fills: ReadonlySet<string> = new Set<ImageEvent['type']>(['ImageRegistered', 'SharedImageReceived']);
const empties: ReadonlySet<string> = new Set<ImageEvent['type']>(['ImageDeleted', 'SharedImageRevoked']);
const shows: ReadonlySet<string> = new Set<ImageEvent['type']>([
  'ImageRegistered',
  'SharedImageReceived',
  'ImageDeleted',
  'SharedImageRevoked',
  'TagPushed',
  'TagDeleted',
  'ImageDeployed',
]);

function newHead(slot: string): Head {
  return { slot, position: '', since: '', changes: 0, tags: 0, present_from: null, present_source: null };
}
