import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import { CorruptEventError } from '../../../src/event-sourcing/faults.js';
import type { JsonObject } from '../../../src/event-sourcing/json.js';
import { webhookCodec } from '../../../src/webhooks/domain/webhook.codec.js';

const folder = new URL('../../golden/webhooks/', import.meta.url);
const goldenSchema = z.strictObject({ type: z.string(), schemaVersion: z.int(), data: z.record(z.string(), z.json()) });
const goldens = readdirSync(folder).map((file) => ({
  file,
  golden: goldenSchema.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
}));

function recorded(type: string, data: JsonObject, schemaVersion: number): RecordedEvent {
  return { id: 'id', type, stream: 'webhooks-acme', revision: 0n, position: '1', data, metadata: { schemaVersion } };
}

describe('the webhook codec', () => {
  it('has a golden file for every event, named after type and version, and no other', () => {
    expect(new Set(goldens.map(({ golden }) => golden.type))).toEqual(webhookCodec.types);
    for (const { file, golden } of goldens) {
      expect(file.replace(/\.[a-z]+\.json$/, '.json')).toBe(`${golden.type}.v${golden.schemaVersion}.json`);
    }
  });
  it.each(goldens)('reads and writes $file unchanged', ({ golden }) => {
    const event = webhookCodec.decode(recorded(golden.type, golden.data, golden.schemaVersion));
    expect(event && JSON.parse(JSON.stringify(webhookCodec.encode(event)))).toEqual(golden);
  });
  it.each(goldens)('refuses $file with a field that is not in the contract', ({ golden }) => {
    const changed = recorded(golden.type, { ...golden.data, surprise: 1 }, golden.schemaVersion);
    expect(() => webhookCodec.decode(changed)).toThrow(CorruptEventError);
  });
});
