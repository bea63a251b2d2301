import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import { slotLabel } from '../../../src/vocabulary/slot.js';
import type { Slot } from '../../../src/vocabulary/slot.js';

/** An event of a slot and the second it is dated at. */
export interface DatedEvent {
  readonly slot: Slot;
  readonly second: number;
  readonly event: ImageEvent;
}

/** Under which image a digest counts from some second on, and with how many bytes. */
interface Reading {
  readonly second: number;
  readonly image: string | undefined;
  readonly size: number;
}

interface Digest {
  readonly workspace: string;
  size: number;
  readonly readings: Reading[];
}

/**
 * The rules of the storage meter said in the simplest way: after every event, look at all tags and ask for each digest
 * who has held it longest; to sum up, look at every second there is.
 */
export class StorageModel {
  /** By workspace, image and tag. */
  readonly #tags = new Map<string, { readonly slot: Slot; readonly tag: string; readonly digest: string }>();
  /** Since which event an image has held a digest. */
  readonly #heldSince = new Map<string, number>();
  readonly #digests = new Map<string, Digest>();
  #events = 0;

  apply({ slot, second, event }: DatedEvent): void {
    this.#events += 1;
    const label = slotLabel(slot);
    if (event.type === 'TagPushed') {
      const { tag, digest, size } = event.data;
      this.#tags.set(`${label}:${tag}`, { slot, tag, digest });
      const key = `${slot.workspace} ${digest}`;
      const known = this.#digests.get(key);
      if (known === undefined) this.#digests.set(key, { workspace: slot.workspace, size, readings: [] });
      else known.size = size;
    }
    if (event.type === 'TagDeleted') this.#tags.delete(`${label}:${event.data.tag}`);
    if (event.type === 'ImageDeleted')
      for (const [key, tag] of this.#tags) if (slotLabel(tag.slot) === label) this.#tags.delete(key);
    this.#noteHoldings();
    for (const [key, digest] of this.#digests) this.#read(key, digest, second);
  }

  /** Bytes that count under each image of a workspace in one second. */
  bytesAt(workspace: string, second: number): Map<string, bigint> {
    const bytes = new Map<string, bigint>();
    for (const digest of this.#digests.values()) {
      if (digest.workspace !== workspace) continue;
      const reading = digest.readings.findLast((one) => one.second <= second);
      if (reading?.image === undefined) continue;
      bytes.set(reading.image, (bytes.get(reading.image) ?? 0n) + BigInt(reading.size));
    }
    return bytes;
  }

  /** Bytes × seconds of each image of a workspace, second by second. */
  byteSeconds(workspace: string, from: number, to: number): Map<string, bigint> {
    const sum = new Map<string, bigint>();
    for (let second = from; second < to; second++)
      for (const [image, bytes] of this.bytesAt(workspace, second)) sum.set(image, (sum.get(image) ?? 0n) + bytes);
    return sum;
  }

  /** Bytes of the distinct digests that one image holds now. */
  bytesHeld(slot: Slot): bigint {
    const digests = new Set<string>();
    for (const tag of this.#tags.values()) if (slotLabel(tag.slot) === slotLabel(slot)) digests.add(tag.digest);
    return [...digests].reduce(
      (sum, digest) => sum + BigInt(this.#digests.get(`${slot.workspace} ${digest}`)?.size ?? 0),
      0n,
    );
  }

  #noteHoldings(): void {
    const held = new Set([...this.#tags.values()].map(({ slot, digest }) => `${slotLabel(slot)} ${digest}`));
    for (const key of this.#heldSince.keys()) if (!held.has(key)) this.#heldSince.delete(key);
    for (const key of held) if (!this.#heldSince.has(key)) this.#heldSince.set(key, this.#events);
  }

  #read(key: string, digest: Digest, second: number): void {
    const eldest = [...this.#heldSince]
      .filter(([holding]) => {
        const [label = '', held = ''] = holding.split(' ');
        return `${label.slice(0, label.indexOf('/'))} ${held}` === key;
      })
      .sort(([, a], [, b]) => a - b)[0];
    const image = eldest?.[0].split(' ')[0];
    const last = digest.readings.at(-1);
    if (last?.image === image && last?.size === digest.size) return;
    digest.readings.push({ second: Math.max(second, last?.second ?? second), image, size: digest.size });
  }
}
