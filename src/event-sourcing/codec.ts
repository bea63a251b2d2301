import { z } from 'zod';
import type { DomainEvent, EventMetadata, RecordedEvent } from './event.js';
import { CorruptEventError } from './faults.js';
import type { Json, JsonObject } from './json.js';

/** What has to be known of a stored event to read it. */
export type StoredEvent = Omit<RecordedEvent, 'id'>;

/** How one type of event is written and read. */
export interface EventDefinition<Data extends object> {
  /** One sentence for the events reference. */
  readonly doc: string;
  /** The present version of the data's shape; it starts at 1. */
  readonly version: number;
  /** The present shape; checked on every read. */
  readonly schema: z.ZodType<Data>;
  /** For each older version, the step that carries its data one version forward. */
  readonly upcast?: Readonly<Record<number, (data: JsonObject) => JsonObject>>;
}

/** Writes and reads the events of one context. The stored names and shapes are a contract. */
export interface EventCodec<E extends DomainEvent> {
  /** The type names this codec knows. */
  readonly types: ReadonlySet<string>;
  readonly definitions: Readonly<Record<string, EventDefinition<object>>>;
  /** The stored form of an event. */
  encode(event: E): { readonly type: string; readonly data: JsonObject; readonly schemaVersion: number };
  /**
   * The event that was stored, carried forward to the present version; `undefined` for a type this
   * codec does not know.
   *
   * @throws CorruptEventError when the data does not have the shape of its type and version
   */
  decode(recorded: StoredEvent): E | undefined;
}

type Definitions<E extends DomainEvent> = {
  readonly [T in E['type']]: EventDefinition<Extract<E, { type: T }>['data']>;
};

/**
 * Builds the codec of a context from one definition per event type.
 *
 * @example
 * const codec = defineCodec<ImageEvent>({
 *   ImageRegistered: { doc: 'The workspace now owns an image of this name.', version: 1, schema: z.strictObject({ … }) },
 *   …
 * });
 */
export function defineCodec<E extends DomainEvent>(definitions: Definitions<E>): EventCodec<E> {
  const table: Readonly<Record<string, EventDefinition<object>>> = definitions;
  const types = new Set(Object.keys(table));
  const byType = new Map(Object.entries(table));
  const definitionOf = (type: string): EventDefinition<object> | undefined => byType.get(type);

  return {
    types,
    definitions: table,
    encode(event) {
      const definition = definitionOf(event.type);
      if (definition === undefined) throw new TypeError(`no codec for events of type ${event.type}`);
      return { type: event.type, data: toJsonObject(event.data), schemaVersion: definition.version };
    },
    decode(recorded) {
      const definition = definitionOf(recorded.type);
      if (definition === undefined) return undefined;
      const data = upcast(recorded, definition);
      const parsed = definition.schema.safeParse(data);
      if (!parsed.success)
        throw new CorruptEventError(recorded, z.prettifyError(parsed.error), { cause: parsed.error });
      // Type and data belong together: both come from the same definition.
      const event: DomainEvent = { type: recorded.type, data: parsed.data };
      return event as E;
    },
  };
}

function toJsonObject(data: object): JsonObject {
  return data as JsonObject;
}

function upcast(recorded: StoredEvent, definition: EventDefinition<object>): JsonObject {
  let data = asObject(recorded, recorded.data, 'data');
  let version = schemaVersionOf(recorded);
  if (version > definition.version) {
    throw new CorruptEventError(
      recorded,
      `it has schema version ${version}, this release knows up to ${definition.version}; run a newer release`,
    );
  }
  for (; version < definition.version; version++) {
    const step = definition.upcast?.[version];
    if (step === undefined) throw new CorruptEventError(recorded, `no way forward from schema version ${version}`);
    data = step(data);
  }
  return data;
}

function schemaVersionOf(recorded: StoredEvent): number {
  const version = asObject(recorded, recorded.metadata, 'metadata')['schemaVersion'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new CorruptEventError(recorded, 'its metadata has no schemaVersion');
  }
  return version;
}

function asObject(recorded: StoredEvent, value: Json, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CorruptEventError(recorded, `its ${what} is not a JSON object`);
  }
  return value as JsonObject;
}

const metadataSchema = z.object({
  commandId: z.string(),
  correlationId: z.string(),
  causationId: z.string().exactOptional(),
  principal: z.string(),
  actor: z.string().exactOptional(),
  via: z.string(),
  occurredAt: z.string(),
  reason: z.string().exactOptional(),
  schemaVersion: z.number(),
});

/**
 * The metadata of a stored event.
 *
 * @throws CorruptEventError when a required field is missing or has the wrong type
 */
export function readMetadata(recorded: RecordedEvent): EventMetadata {
  const parsed = metadataSchema.safeParse(recorded.metadata);
  if (!parsed.success)
    throw new CorruptEventError(recorded, `metadata: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
  return parsed.data;
}
