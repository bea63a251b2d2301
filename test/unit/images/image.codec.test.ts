import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import { CorruptEventError } from '../../../src/event-sourcing/faults.js';
import type { JsonObject } from '../../../src/event-sourcing/json.js';
import { imageCodec } from '../../../src/images/domain/image.codec.js';
import { pushed } from './slot-fixtures.js';

const folder = new URL('../../golden/images/', import.meta.url);
const goldenFiles = readdirSync(folder);

const storedForm = z.strictObject({
  type: z.string(),
  schemaVersion: z.number(),
  data: z.record(z.string(), z.json()),
});

function golden(file: string): { readonly text: string; readonly recorded: RecordedEvent } {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const { type, schemaVersion, data } = storedForm.parse(JSON.parse(text));
  return { text, recorded: recorded(type, schemaVersion, data) };
}

function recorded(type: string, schemaVersion: number, data: JsonObject): RecordedEvent {
  return {
    id: '5b2d8a52-6f0e-4a56-9d0f-0c6c2a1f6f10',
    type,
    stream: 'image-acme/sandbox/tools/base',
    revision: 3n,
    position: '0000000000000042',
    data,
    metadata: { schemaVersion },
  };
}

/** The stored form of an event as its golden file holds it. */
function rewritten(event: RecordedEvent): string {
  const decoded = imageCodec.decode(event);
  if (decoded === undefined) throw new Error(`no codec for ${event.type}`);
  const { type, schemaVersion, data } = imageCodec.encode(decoded);
  return `${JSON.stringify({ type, schemaVersion, data }, null, 2)}\n`;
}

describe('the stored form of the events of a slot', () => {
  it.each([...imageCodec.types])('%s is read and written byte for byte', (type) => {
    const { text, recorded: event } = golden(`${type}.json`);
    expect(rewritten(event)).toBe(text);
  });

  it.each(Object.entries(imageCodec.definitions))(
    '%s has a golden file for every older version',
    (type, definition) => {
      for (let version = 1; version < definition.version; version++) {
        expect(goldenFiles).toContain(`${type}.v${version}.json`);
        const { recorded: event } = golden(`${type}.v${version}.json`);
        expect(event.metadata).toEqual({ schemaVersion: version });
        expect(imageCodec.decode(event)?.type).toBe(type);
      }
    },
  );

  it('has no golden file of an event that nobody knows', () => {
    const types = goldenFiles.map((file) => file.replace(/(\.v\d+)?\.json$/, ''));
    expect(new Set(types)).toEqual(imageCodec.types);
  });

  it('carries a TagPushed of version 1 forward: its platforms are not known', () => {
    const before = golden('TagPushed.v1.json').recorded;
    expect(imageCodec.decode(before)).toEqual({
      type: 'TagPushed',
      data: {
        tag: 'v1.4',
        digest: 'sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0',
        size: 73_400_320,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        platforms: [],
        replaces: 'sha256:3d2e482b82608d153a374df3357c0291589a61cc194ec4a9ca2381073a17f58e',
      },
    });
  });

  it('writes optional fields only when they are there', () => {
    const { data } = imageCodec.encode(pushed('v1', `sha256:${'a'.repeat(64)}`));
    expect(Object.keys(data)).toEqual(['tag', 'digest', 'size', 'platforms']);
    expect(imageCodec.decode(recorded('TagPushed', 2, data))).toEqual(pushed('v1', `sha256:${'a'.repeat(64)}`));
  });

  it('has a sentence about every event', () => {
    for (const definition of Object.values(imageCodec.definitions)) expect(definition.doc).toMatch(/^[A-Z].+\.$/);
  });
});

describe('reading an event of a slot', () => {
  const { data } = golden('TagPushed.json').recorded;
  const good = z.record(z.string(), z.json()).parse(data);

  it('leaves an event of another context to others', () => {
    expect(imageCodec.decode(recorded('WorkspaceCreated', 1, {}))).toBeUndefined();
    expect(imageCodec.decode(recorded('toString', 1, {}))).toBeUndefined();
  });

  it.each([
    ['a field too many', { ...good, extra: 1 }, 'extra'],
    ['a tag outside the grammar', { ...good, tag: 'a b' }, 'tag'],
    ['a digest outside the grammar', { ...good, digest: 'sha256:ABC' }, 'digest'],
    ['a replaced digest outside the grammar', { ...good, replaces: '' }, 'replaces'],
    ['a size below zero', { ...good, size: -1 }, 'size'],
    ['a size that is no whole number', { ...good, size: 0.5 }, 'size'],
    ['a size that is text', { ...good, size: '12' }, 'size'],
    ['null for an absent field', { ...good, mediaType: null }, 'mediaType'],
    ['platforms that are no list', { ...good, platforms: 'linux/amd64' }, 'platforms'],
  ])('refuses %s', (_fault, broken, field) => {
    const read = () => imageCodec.decode(recorded('TagPushed', 2, broken));
    expect(read).toThrow(CorruptEventError);
    expect(read).toThrow(field);
    expect(read).toThrow('0000000000000042');
  });

  it.each([...imageCodec.types])('refuses a %s with a field too many', (type) => {
    const { recorded: event } = golden(`${type}.json`);
    const broken = { ...z.record(z.string(), z.json()).parse(event.data), surprise: true };
    expect(() => imageCodec.decode({ ...event, data: broken })).toThrow(CorruptEventError);
  });

  it('refuses a time that is none', () => {
    const { recorded: event } = golden('ShareRequested.json');
    const request = z.record(z.string(), z.json()).parse(event.data);
    for (const expiresAt of ['tomorrow', '2026-03-08', '2026-13-40T00:00:00Z', '2026-03-08T12:00:00']) {
      expect(() => imageCodec.decode({ ...event, data: { ...request, expiresAt } })).toThrow(CorruptEventError);
    }
  });

  it('refuses a version from the future', () => {
    expect(() => imageCodec.decode(recorded('TagPushed', 3, good))).toThrow('newer release');
  });
});
