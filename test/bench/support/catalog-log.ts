import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../../src/event-sourcing/event.js';
import type { EventStore } from '../../../src/event-sourcing/event-store.js';
import { digestOf } from './bench-service.js';

const images = 2_000;

const metadata = {
  commandId: '',
  correlationId: 'bench',
  principal: 'service-account:sa_bench',
  via: 'http',
  occurredAt: '2026-01-01T00:00:00.000Z',
};

function event(type: string, schemaVersion: number, data: NewEvent['data'], at: number): NewEvent {
  const id = randomUUID();
  const occurredAt = new Date(Date.UTC(2026, 0, 1) + at * 100).toISOString();
  return { id, type, data, metadata: { ...metadata, commandId: id, occurredAt, schemaVersion } };
}

/** Facts of two thousand images: mostly pushes, to a hundred tags of each. */
export async function fillCatalog(store: EventStore, events: number): Promise<void> {
  const size = 100;
  let written = 0;
  const heads = new Map<string, bigint>();
  while (written < events) {
    const groups = Array.from({ length: 20 }, async () => {
      const number = Math.floor(written / size) % images;
      const first = written;
      written += size;
      const stream = `image-w${number % 50}/sandbox/image-${number}`;
      const head = heads.get(stream);
      const batch = Array.from({ length: size }, (_, i) => {
        const n = first + i;
        if (i === 0 && head === undefined) return event('ImageRegistered', 1, {}, n);
        const data = {
          tag: `v${n % 100}`,
          digest: digestOf(n),
          size: 1_000_000 + n,
          mediaType: 'application/vnd.oci.image.index.v1+json',
          platforms: ['linux/amd64', 'linux/arm64'],
        };
        return event('TagPushed', 2, data, n);
      });
      heads.set(stream, (head ?? -1n) + BigInt(size));
      const result = await store.append(stream, head ?? 'no-stream', batch);
      if (result.kind === 'conflict') throw new Error(`conflict on ${stream}`);
    });
    await Promise.all(groups);
  }
}
