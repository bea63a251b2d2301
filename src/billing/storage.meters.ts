import type { Position } from '../event-sourcing/position.js';
import type { ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import { slotLabel } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import { digestMeters, holdings, spanOf, stretches } from './storage.tables.js';
import type { DigestMeterRow, HoldingRow, StretchRow } from './storage.tables.js';

/** When something happened: its place in the order of events, and its time in milliseconds since 1970. */
export interface Moment {
  readonly position: Position;
  readonly at: number;
}

/** The meters of all digests, within one batch. What each figure means is told in `storage.projection.ts`. */
export class StorageMeters {
  readonly #meters: RowSet<DigestMeterRow>;
  readonly #holdings: RowSet<HoldingRow>;
  readonly #stretches: RowSet<StretchRow>;

  constructor(rows: ProjectionRows) {
    this.#meters = rows.table(digestMeters);
    this.#holdings = rows.table(holdings);
    this.#stretches = rows.table(stretches);
  }

  /** Fetches what {@link hold} and {@link release} will need for these digests of these images. */
  async load(pairs: Iterable<{ readonly image: Slot; readonly digest: string }>): Promise<void> {
    const meterKeys: string[][] = [];
    const holdingKeys: string[][] = [];
    for (const { image, digest } of pairs) {
      meterKeys.push([image.workspace, digest]);
      holdingKeys.push([image.workspace, digest, image.resourceType, image.name]);
    }
    await this.#meters.load(meterKeys);
    await this.#holdings.load(holdingKeys);
  }

  /** One more tag of the image points at the digest, which the push said to be of this size. */
  hold(image: Slot, digest: string, size: number, when: Moment): void {
    const { workspace, resourceType, name } = image;
    const holding = this.#holdings.get(workspace, digest, resourceType, name);
    this.#holdings.put({
      workspace,
      digest,
      resource_type: resourceType,
      name,
      tags: (holding?.tags ?? 0) + 1,
      since_position: holding?.since_position ?? when.position,
    });
    const meter = this.#meters.get(workspace, digest) ?? { ...atRest(workspace, digest), since: when.at };
    const running: DigestMeterRow =
      meter.resource_type === null ? { ...meter, resource_type: resourceType, name } : meter;
    this.#change(meter, { ...running, size, holders: meter.holders + (holding === undefined ? 1 : 0) }, when.at);
  }

  /** One tag of the image points at the digest no more. */
  async release(image: Slot, digest: string, when: Moment): Promise<void> {
    const { workspace, resourceType, name } = image;
    const holding = this.#holdings.get(workspace, digest, resourceType, name);
    const meter = this.#meters.get(workspace, digest);
    if (holding === undefined || meter === undefined)
      throw new Error(`no meter for ${digest} held by ${slotLabel(image)}; rebuild the storage meter`);
    if (holding.tags > 1) {
      this.#holdings.put({ ...holding, tags: holding.tags - 1 });
      return;
    }
    this.#holdings.delete(workspace, digest, resourceType, name);
    const left = { ...meter, holders: meter.holders - 1 };
    const counted = meter.resource_type === resourceType && meter.name === name;
    this.#change(meter, counted ? await this.#handOver(left) : left, when.at);
  }

  /** The bytes pass to the image that has held the digest longest among those that still do. */
  async #handOver(meter: DigestMeterRow): Promise<DigestMeterRow> {
    if (meter.holders === 0) return { ...meter, resource_type: null, name: null };
    const { workspace, digest } = meter;
    const held = await this.#holdings.loadWhere({ workspace, digest });
    const heir = held.reduce((eldest, next) => (next.since_position < eldest.since_position ? next : eldest));
    return { ...meter, resource_type: heir.resource_type, name: heir.name };
  }

  /** Writes the meter's new reading; where the bill changes by it, a stretch ends and another may begin. */
  #change(before: DigestMeterRow, after: DigestMeterRow, at: number): void {
    const sameBill =
      before.resource_type === after.resource_type && before.name === after.name && before.size === after.size;
    if (sameBill) {
      this.#meters.put(after);
      return;
    }
    const ended = Math.max(before.since, at);
    this.#meters.put({ ...after, since: ended });
    const { workspace, digest, size, resource_type, name, since: started } = before;
    if (resource_type === null || name === null || ended === started) return;
    this.#stretches.put({
      workspace,
      span: spanOf(ended - started),
      started,
      digest,
      ended,
      resource_type,
      name,
      size,
    });
  }
}

function atRest(workspace: string, digest: string): Omit<DigestMeterRow, 'since'> {
  return { workspace, digest, size: 0, holders: 0, resource_type: null, name: null };
}
