import { describe, expect, it } from 'vitest';
import { imageAggregate } from '../../../src/images/domain/image.aggregate.js';
import { deserializeState, serializeState, snapshotVersion } from '../../../src/images/domain/image.snapshot.js';
import type { ImageState } from '../../../src/images/domain/image.state.js';
import {
  deployed,
  digestA,
  digestB,
  pushed,
  received,
  registered,
  requested,
  shared,
  stateOf,
  tagDeleted,
} from './slot-fixtures.js';
import { viewOf } from './slot-view.js';

const everything = stateOf(
  registered,
  pushed('v1', digestA),
  pushed('v2', digestB),
  pushed('stable', digestA),
  shared('s1', 'beta'),
  requested('s2', 'gamma'),
  deployed('helper', digestA, 'v1'),
  deployed('worker', digestB),
);

function throughText(state: ImageState): ImageState {
  return deserializeState(JSON.parse(JSON.stringify(serializeState(state))));
}

describe('a snapshot of a slot', () => {
  it.each<readonly [string, ImageState]>([
    ['an empty slot', stateOf()],
    ['an image without tags', stateOf(registered)],
    ['an image whose newest tag was deleted', stateOf(registered, pushed('v1', digestA), tagDeleted('v1', digestA))],
    ['an image with everything', everything],
    ['an image shared in', stateOf(received('s9'), deployed('helper', digestA, 'v1'), deployed('worker', digestB))],
  ])('keeps %s', (_what, state) => {
    expect(viewOf(throughText(state))).toEqual(viewOf(state));
  });

  it('keeps a large image', () => {
    const tags = Array.from({ length: 2_000 }, (_, index) => pushed(`v${index}`, index % 2 === 0 ? digestA : digestB));
    const shares = Array.from({ length: 500 }, (_, index) => shared(`s${index}`, `target-${index}`));
    const state = stateOf(registered, ...tags, ...shares);
    expect(viewOf(throughText(state))).toEqual(viewOf(state));
  });

  it('says its version, which the kernel is told too', () => {
    expect(serializeState(everything)['version']).toBe(snapshotVersion);
    expect(imageAggregate.snapshots.version).toContain(String(snapshotVersion));
  });

  it.each([
    ['another version', { ...serializeState(everything), version: snapshotVersion + 1 }],
    ['no version', { kind: 'empty' }],
    ['a kind nobody knows', { version: snapshotVersion, kind: 'borrowed' }],
    ['a tag without its digest', { ...serializeState(everything), tags: [['v1']] }],
    ['a field too many', { ...serializeState(everything), extra: 1 }],
    ['no object', 'owned'],
    ['nothing', undefined],
  ])('is refused with %s', (_fault, json) => {
    expect(() => deserializeState(json)).toThrow();
  });
});
