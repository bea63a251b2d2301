import { randomUUID } from 'node:crypto';
import type { EventCodec } from '../../src/event-sourcing/codec.js';
import type { DomainEvent, EventMetadata } from '../../src/event-sourcing/event.js';
import type { EventStore } from '../../src/event-sourcing/event-store.js';
import type { Position } from '../../src/event-sourcing/position.js';
import { InMemoryEventStore } from '../../src/event-store/in-memory/in-memory.event-store.js';
import { imageCodec } from '../../src/images/domain/image.codec.js';
import type { ImageEvent } from '../../src/images/domain/image.events.js';
import type { ResourceType } from '../../src/vocabulary/names.js';
import { imageStream } from '../../src/vocabulary/slot.js';
import type { Slot } from '../../src/vocabulary/slot.js';

/** A log written by hand: facts as they stand, without the rules that lead to them. */
export class WrittenLog {
  readonly #heads = new Map<string, bigint>();

  constructor(readonly store: EventStore = new InMemoryEventStore()) {}

  /** Appends one event as its codec writes it. Answers its position. */
  async write<E extends DomainEvent>(
    stream: string,
    codec: EventCodec<E>,
    event: E,
    metadata: Partial<EventMetadata> = {},
  ): Promise<Position> {
    const { type, data, schemaVersion } = codec.encode(event);
    const result = await this.store.append(stream, this.#heads.get(stream) ?? 'no-stream', [
      { id: randomUUID(), type, data, metadata: { ...someMetadata(), ...metadata, schemaVersion } },
    ]);
    if (result.kind === 'conflict') throw new Error(`stream ${stream} is written by somebody else too`);
    this.#heads.set(stream, result.revision);
    return result.position;
  }

  /** Appends one event of a slot. */
  image(slot: Slot, event: ImageEvent, metadata: Partial<EventMetadata> = {}): Promise<Position> {
    return this.write(imageStream(slot), imageCodec, event, metadata);
  }
}

function someMetadata(): Omit<EventMetadata, 'schemaVersion'> {
  return {
    commandId: `user:alice/${randomUUID()}`,
    correlationId: 'correlation-1',
    principal: 'user:alice',
    via: 'test',
    occurredAt: '2026-01-02T03:04:05.678Z',
  };
}

/** A slot from `workspace/type/name`. */
export function slotOf(text: `${string}/${ResourceType}/${string}`): Slot {
  const [workspace = '', type, ...name] = text.split('/');
  return { workspace, resourceType: type as ResourceType, name: name.join('/') };
}

/** A digest told apart by a number. */
export function digestOf(number: number): string {
  return `sha256:${number.toString(16).padStart(64, '0')}`;
}

/** The event of a push. */
export function pushed(tag: string, digest: string, size: number): ImageEvent {
  return { type: 'TagPushed', data: { tag, digest, size, platforms: [] } };
}
