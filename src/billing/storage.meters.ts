import type { Position } from '../event-sourcing/position.js';
import type { ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import { slotLabel } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import { digestMeters, heirs, spanOf, stretches } from './storage.tables.js';
import type { DigestMeterRow, HeirRow, StretchRow } from './storage.tables.js';

/** When something happened: its place in the order of events, and its time in milliseconds since 1970. */
export interface Moment {
  readonly position: Position;
  readonly at: number;
}

/**
 * The meters of all digests, within one batch. What each figure means is told in `storage.projection.ts`.
 *
 * Nearly every digest is held by one image, so only the others that hold it too have rows of their own.
 */
export class StorageMeters {
  readonly #meters: RowSet<DigestMeterRow>;
  readonly #heirs: RowSet<HeirRow>;
  readonly #stretches: RowSet<StretchRow>;

  constructor(rows: ProjectionRows) {
    this.#meters = rows.table(digestMeters);
    this.#heirs = rows.table(heirs);
    this.#stretches = rows.table(stretches);
  }

  /** Fetches the meters that {@link hold} and {@link release} will change. Keys are workspace and digest. */
  load(keys: readonly (readonly [workspace: string, digest: string])[]): Promise<void> {
    return this.#meters.load(keys);
  }

  /** One more tag of the image points at the digest, which the push said to be of this size. */
  async hold(image: Slot, digest: string, size: number, when: Moment): Promise<void> {
    const { workspace, resourceType: resource_type, name } = image;
    const meter = this.#meters.get(workspace, digest) ?? atRest(workspace, digest, when);
    if (meter.resource_type === null) {
      this.#change(meter, { ...meter, size, resource_type, name, tags: 1 }, when);
    } else if (countsUnder(meter, image)) {
      this.#change(meter, { ...meter, size, tags: meter.tags + 1 }, when);
    } else {
      const heir = await this.#heir(image, digest);
      const held = heir ?? { workspace, digest, resource_type, name, tags: 0, since_position: when.position };
      this.#heirs.put({ ...held, tags: held.tags + 1 });
      this.#change(meter, { ...meter, size, heirs: meter.heirs + (heir === undefined ? 1 : 0) }, when);
    }
  }

  /** One tag of the image points at the digest no more. */
  async release(image: Slot, digest: string, when: Moment): Promise<void> {
    const { workspace, resourceType, name } = image;
    const meter = this.#meters.get(workspace, digest) ?? atRest(workspace, digest, when);
    if (countsUnder(meter, image)) {
      const left = { ...meter, tags: meter.tags - 1 };
      this.#change(meter, left.tags > 0 ? left : await this.#handOver(left), when);
      return;
    }
    const heir = await this.#heir(image, digest);
    if (heir === undefined)
      throw new Error(`the meter of ${digest} does not know of ${slotLabel(image)}; rebuild the storage meter`);
    if (heir.tags > 1) {
      this.#heirs.put({ ...heir, tags: heir.tags - 1 });
    } else {
      this.#heirs.delete(workspace, digest, resourceType, name);
      this.#change(meter, { ...meter, heirs: meter.heirs - 1 }, when);
    }
  }

  async #heir({ workspace, resourceType, name }: Slot, digest: string): Promise<HeirRow | undefined> {
    await this.#heirs.load([[workspace, digest, resourceType, name]]);
    return this.#heirs.get(workspace, digest, resourceType, name);
  }

  /** The bytes pass to the image that has held the digest longest among those that still do. */
  async #handOver(meter: DigestMeterRow): Promise<DigestMeterRow> {
    if (meter.heirs === 0) return { ...meter, resource_type: null, name: null };
    const { workspace, digest } = meter;
    const waiting = await this.#heirs.loadWhere({ workspace, digest });
    const { resource_type, name, tags } = waiting.reduce((eldest, next) =>
      next.since_position < eldest.since_position ? next : eldest,
    );
    this.#heirs.delete(workspace, digest, resource_type, name);
    return { ...meter, resource_type, name, tags, heirs: meter.heirs - 1 };
  }

  /** Writes the meter's new reading; where the bill changes by it, a stretch ends and another may begin. */
  #change(before: DigestMeterRow, after: DigestMeterRow, { at }: Moment): void {
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

function countsUnder(meter: DigestMeterRow, image: Slot): boolean {
  return meter.resource_type === image.resourceType && meter.name === image.name;
}

function atRest(workspace: string, digest: string, { at }: Moment): DigestMeterRow {
  return { workspace, digest, size: 0, heirs: 0, resource_type: null, name: null, tags: 0, since: at };
}
