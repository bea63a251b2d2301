import { randomUUID } from 'node:crypto';
import type { EventStore } from '../../../src/event-sourcing/event-store.js';
import type { NewEvent } from '../../../src/event-sourcing/event.js';
import { digestOf } from './bench-service.js';

/** So many images, in fifty workspaces. */
export const images = 2_000;

const platforms = ['linux/amd64', 'linux/arm64'];

/** The stream of one of the images. */
export function imageStream(image: number): string {
  return `image-w${image % 50}/sandbox/image-${image}`;
}

/**
 * What the service stores at this revision of an image whose builds are pushed one after the other: registered first,
 * then for every build its version as a new tag, and `latest` moved to it.
 */
export function eventAt(image: number, revision: number): NewEvent {
  const id = randomUUID();
  const common = {
    commandId: id,
    correlationId: randomUUID(),
    principal: 'service-account:sa_bench',
    via: 'http',
    occurredAt: new Date(Date.UTC(2026, 0, 1) + revision * 60_000 + image).toISOString(),
  };
  if (revision === 0) return { id, type: 'ImageRegistered', data: {}, metadata: { ...common, schemaVersion: 1 } };
  const build = Math.ceil(revision / 2);
  const moves = revision % 2 === 0;
  const data = {
    tag: moves ? 'latest' : `1.${build}.0`,
    digest: digestOf(image * 1_000_000 + build),
    size: 100_000_000 + build,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    platforms,
    ...(moves && build > 1 && { replaces: digestOf(image * 1_000_000 + build - 1) }),
  };
  return { id, type: 'TagPushed', data, metadata: { ...common, schemaVersion: 2 } };
}

/** How many events each image has. */
export type Heads = readonly number[];

const perAppend = 20;

interface ImageAppend {
  readonly image: number;
  readonly events: readonly NewEvent[];
}

/** So many events in appends of twenty, each time of another image, all images alike. */
export function* fillOrder(events: number): Generator<ImageAppend, void, undefined> {
  const heads = Array.from({ length: images }, () => 0);
  for (let written = 0, append = 0; written < events; append++) {
    // Coprime with the number of images: neighbours in the log are no neighbours in the catalog.
    const image = (append * 733) % images;
    const first = heads[image] ?? 0;
    const count = Math.min(perAppend, events - written);
    yield { image, events: Array.from({ length: count }, (_, index) => eventAt(image, first + index)) };
    heads[image] = first + count;
    written += count;
  }
}

/** Fills an empty store with so many events. Answers how many each image has. */
export async function fill(store: EventStore, events: number): Promise<Heads> {
  const heads = Array.from({ length: images }, () => 0);
  let underWay: Promise<void>[] = [];
  for (const { image, events: batch } of fillOrder(events)) {
    const head = heads[image] ?? 0;
    heads[image] = head + batch.length;
    underWay.push(append(store, image, head, batch));
    if (underWay.length < 500) continue;
    await Promise.all(underWay);
    underWay = [];
  }
  await Promise.all(underWay);
  return heads;
}

async function append(store: EventStore, image: number, head: number, batch: readonly NewEvent[]): Promise<void> {
  const expected = head === 0 ? 'no-stream' : BigInt(head - 1);
  const result = await store.append(imageStream(image), expected, batch);
  if (result.kind === 'conflict') throw new Error(`conflict on ${imageStream(image)}`);
}
