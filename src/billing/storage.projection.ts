/**
 * The storage meter: who stores how many bytes, when, and under which image they are counted.
 *
 * What is counted
 * - A workspace stores a digest while at least one tag of at least one of its own images points at it.
 *   It is counted once, however many tags and images hold it. What is shared into a workspace is
 *   stored, and paid for, by the workspace that owns it.
 * - The size of a digest is what the latest push of it in this workspace said.
 *
 * Under which image
 * - A digest held by several images of a workspace is counted under the one that has held it longest
 *   without a break; when that one lets go, it passes to the next eldest. "Longest" follows the order
 *   of events, not their clocks. So at every moment each digest counts under exactly one image, and
 *   the figures of the images add up to the figure of their workspace, to the byte and millisecond.
 *
 * When
 * - Times are the events' own (`occurredAt`), to the millisecond; a stretch includes its first
 *   millisecond and excludes its end.
 * - Each digest of a workspace has a meter of its own. A meter never runs backwards: a change dated before the
 *   meter's last change counts as happening at that one. So a clock that jumps can neither bill a
 *   stretch of negative length nor one moment twice, and disturbs only the digests touched while it was wrong.
 */
import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import { CorruptEventError } from '../event-sourcing/faults.js';
import type { Projection, ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import { imageCodec } from '../images/domain/image.codec.js';
import type { ImageEvent } from '../images/domain/image.events.js';
import { parseImageStream } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import { StorageMeters } from './storage.meters.js';
import type { Moment } from './storage.meters.js';
import { digestMeters, heirs, meteredTags, meteredWorkspaces, sharedIn, stretches } from './storage.tables.js';
import type { MeteredTagRow, MeteredWorkspaceRow, SharedInRow } from './storage.tables.js';

const meteredTypes = [
  'TagPushed',
  'TagDeleted',
  'ImageDeleted',
  'SharedImageReceived',
  'SharedImageRevoked',
] as const satisfies readonly ImageEvent['type'][];

type MeteredEvent = Extract<ImageEvent, { type: (typeof meteredTypes)[number] }>;

interface MeteredChange {
  readonly image: Slot;
  readonly event: MeteredEvent;
  readonly when: Moment;
}

/** Keeps the tables of `storage.tables.ts`, which answer every question of `storage.queries.ts`. */
export const storageProjection: Projection = {
  name: 'storage-meter',
  version: 1,
  tables: [meteredWorkspaces, meteredTags, digestMeters, heirs, stretches, sharedIn],
  gatherMs: 100,
  async project(batch, rows) {
    const changes = batch.flatMap((recorded) => meteredChange(recorded) ?? []);
    if (changes.length === 0) return;
    const bookkeeping = new StorageBookkeeping(rows);
    await bookkeeping.load(changes);
    for (const change of changes) await bookkeeping.apply(change);
  },
};

function meteredChange(recorded: RecordedEvent): MeteredChange | undefined {
  if (!meteredTypes.some((type) => type === recorded.type)) return undefined;
  const image = parseImageStream(recorded.stream);
  const event = imageCodec.decode(recorded);
  if (image === undefined || event === undefined || !isMetered(event)) return undefined;
  const { occurredAt } = readMetadata(recorded);
  const at = Date.parse(occurredAt);
  if (!Number.isFinite(at)) throw new CorruptEventError(recorded, `metadata: occurredAt ${occurredAt} is not a time`);
  return { image, event, when: { position: recorded.position, at } };
}

function isMetered(event: ImageEvent): event is MeteredEvent {
  return meteredTypes.some((type) => type === event.type);
}

/** Turns the events of one batch into changes of tags, meters and shares. */
class StorageBookkeeping {
  readonly #meters: StorageMeters;
  readonly #workspaces: RowSet<MeteredWorkspaceRow>;
  readonly #tags: RowSet<MeteredTagRow>;
  readonly #shared: RowSet<SharedInRow>;

  constructor(rows: ProjectionRows) {
    this.#meters = new StorageMeters(rows);
    this.#workspaces = rows.table(meteredWorkspaces);
    this.#tags = rows.table(meteredTags);
    this.#shared = rows.table(sharedIn);
  }

  /** Fetches in few statements what the whole batch will ask for. */
  async load(changes: readonly MeteredChange[]): Promise<void> {
    const workspaces = new Set<string>();
    const tags: string[][] = [];
    const shares: string[][] = [];
    const digests: [workspace: string, digest: string][] = [];
    for (const { image, event } of changes) {
      if (event.type === 'TagPushed') workspaces.add(image.workspace);
      if (event.type === 'TagPushed' || event.type === 'TagDeleted') {
        tags.push([...imageKey(image), event.data.tag]);
        digests.push([image.workspace, event.data.digest]);
      }
      if (event.type === 'SharedImageRevoked') shares.push(imageKey(image));
    }
    await this.#workspaces.load([...workspaces].map((workspace) => [workspace]));
    await this.#shared.load(shares);
    await this.#tags.load(tags);
    for (const { image, event } of changes) {
      if (event.type === 'TagPushed' || event.type === 'TagDeleted') {
        const before = this.#tags.get(...imageKey(image), event.data.tag);
        if (before !== undefined) digests.push([image.workspace, before.digest]);
      }
      if (event.type === 'ImageDeleted')
        for (const { digest } of await this.#tagsOf(image)) digests.push([image.workspace, digest]);
    }
    await this.#meters.load(digests);
  }

  async apply({ image, event, when }: MeteredChange): Promise<void> {
    switch (event.type) {
      case 'TagPushed':
        return this.#pushed(image, event.data, when);
      case 'TagDeleted':
        return this.#untag(image, event.data.tag, when);
      case 'ImageDeleted':
        for (const { tag } of await this.#tagsOf(image)) await this.#untag(image, tag, when);
        return;
      case 'SharedImageReceived':
        this.#shared.put({
          workspace: image.workspace,
          resource_type: image.resourceType,
          name: image.name,
          share_id: event.data.shareId,
          source: event.data.source,
          since: when.at,
        });
        return;
      case 'SharedImageRevoked':
        if (this.#shared.get(...imageKey(image))?.share_id === event.data.shareId)
          this.#shared.delete(...imageKey(image));
        return;
    }
  }

  async #pushed(
    image: Slot,
    { tag, digest, size }: Extract<MeteredEvent, { type: 'TagPushed' }>['data'],
    when: Moment,
  ): Promise<void> {
    const { workspace, resourceType, name } = image;
    if (this.#workspaces.get(workspace) === undefined) this.#workspaces.put({ workspace });
    const before = this.#tags.get(...imageKey(image), tag);
    this.#tags.put({ workspace, resource_type: resourceType, name, tag, digest });
    await this.#meters.hold(image, digest, size, when);
    if (before !== undefined) await this.#meters.release(image, before.digest, when);
  }

  async #untag(image: Slot, tag: string, when: Moment): Promise<void> {
    const before = this.#tags.get(...imageKey(image), tag);
    if (before === undefined) return;
    this.#tags.delete(...imageKey(image), tag);
    await this.#meters.release(image, before.digest, when);
  }

  #tagsOf(image: Slot): Promise<readonly MeteredTagRow[]> {
    const { workspace, resourceType, name } = image;
    return this.#tags.loadWhere({ workspace, resource_type: resourceType, name });
  }
}

function imageKey(image: Slot): [workspace: string, resourceType: string, name: string] {
  return [image.workspace, image.resourceType, image.name];
}
