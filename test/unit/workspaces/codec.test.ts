import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EventCodec } from '../../../src/event-sourcing/codec.js';
import type { DomainEvent, RecordedEvent } from '../../../src/event-sourcing/event.js';
import { CorruptEventError } from '../../../src/event-sourcing/faults.js';
import type { JsonObject } from '../../../src/event-sourcing/json.js';
import { accountCodec } from '../../../src/workspaces/domain/account.codec.js';
import { workspaceCodec } from '../../../src/workspaces/domain/workspace.codec.js';

const folder = new URL('../../golden/workspaces/', import.meta.url);
const goldenSchema = z.strictObject({ type: z.string(), schemaVersion: z.int(), data: z.record(z.string(), z.json()) });
const goldens = readdirSync(folder).map((file) => ({
  file,
  golden: goldenSchema.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
}));

function recorded(type: string, data: JsonObject, schemaVersion: number): RecordedEvent {
  return { id: 'id', type, stream: 'workspace-acme', revision: 0n, position: '1', data, metadata: { schemaVersion } };
}

function roundTrip<E extends DomainEvent>(codec: EventCodec<E>, golden: z.infer<typeof goldenSchema>): unknown {
  const event = codec.decode(recorded(golden.type, golden.data, golden.schemaVersion));
  if (event === undefined) throw new Error(`${golden.type} is not known`);
  return JSON.parse(JSON.stringify(codec.encode(event)));
}

describe.each([
  ['account', accountCodec],
  ['workspace', workspaceCodec],
] as const)('the %s codec', (_, codec) => {
  const own = goldens.filter(({ golden }) => codec.types.has(golden.type));

  it('has a golden file for every event, named after type and version', () => {
    expect(new Set(own.map(({ golden }) => golden.type))).toEqual(codec.types);
    for (const { file, golden } of own) {
      expect(file.replace(/\.[a-z]+\.json$/, '.json')).toBe(`${golden.type}.v${golden.schemaVersion}.json`);
    }
  });
  it.each(own)('reads and writes $file unchanged', ({ golden }) => {
    expect(codec.types.has(golden.type) && roundTrip<DomainEvent>(codec, golden)).toEqual(golden);
  });
  it.each(own)('refuses $file with a field that is not in the contract', ({ golden }) => {
    expect(() => codec.decode(recorded(golden.type, { ...golden.data, surprise: 1 }, golden.schemaVersion))).toThrow(
      CorruptEventError,
    );
  });
  it('knows no other types', () => {
    expect(codec.decode(recorded('TagPushed', {}, 1))).toBeUndefined();
  });
});

describe('the golden files', () => {
  it('are all of a known type', () => {
    for (const { golden } of goldens) {
      expect(accountCodec.types.has(golden.type) || workspaceCodec.types.has(golden.type)).toBe(true);
    }
  });
});
