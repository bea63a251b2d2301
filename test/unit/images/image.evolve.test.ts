import { describe, expect, it } from 'vitest';
import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import { ImpossibleEventError } from '../../../src/images/domain/image.evolve.js';
import { emptySlot } from '../../../src/images/domain/image.state.js';
import {
  declined,
  deleted,
  deployed,
  digestA,
  expired,
  pushed,
  received,
  registered,
  requested,
  retired,
  revoked,
  shared,
  stateOf,
  tagDeleted,
  unshared,
  withdrawn,
} from './slot-fixtures.js';

describe('the state of a slot', () => {
  it('is empty again after a deletion or a revocation', () => {
    expect(stateOf(registered, pushed('v1', digestA), deleted)).toBe(emptySlot);
    expect(stateOf(received('s1'), deployed('helper', digestA), revoked('s1'))).toBe(emptySlot);
  });

  it.each<readonly [string, readonly ImageEvent[], ImageEvent]>([
    ['a second registration', [registered], registered],
    ['a registration over an image shared in', [received('s1')], registered],
    ['a push into an empty slot', [], pushed('v1', digestA)],
    ['a push into an image shared in', [received('s1')], pushed('v1', digestA)],
    ['the deletion of a tag that is not there', [registered], tagDeleted('v1', digestA)],
    ['the deletion of an image that is not there', [], deleted],
    ['a share of an empty slot', [], shared('s1')],
    ['a second share with a target', [registered, shared('s1')], shared('s2')],
    ['a share past a request that waits', [registered, requested('s1')], shared('s2')],
    ['the end of a share that is not there', [registered], unshared('s1')],
    ['the end of another share', [registered, shared('s1')], unshared('s2')],
    ['a second request to a target', [registered, requested('s1')], requested('s2')],
    ['a request to a target that has a share', [registered, shared('s1')], requested('s2')],
    ['the refusal of a request that is not there', [registered], declined('s1')],
    ['the expiry of another request', [registered, requested('s1')], expired('s2')],
    ['the withdrawal of an accepted request', [registered, requested('s1'), shared('s1')], withdrawn('s1')],
    ['an image shared into a slot that is taken', [registered], received('s1')],
    ['a second image shared in', [received('s1')], received('s2')],
    ['the revocation of another share', [received('s1')], revoked('s2')],
    ['the revocation of an image of its own', [registered], revoked('s1')],
    ['a deployment from an empty slot', [], deployed('helper', digestA)],
    ['the retirement of what is not deployed', [registered], retired('helper')],
  ])('cannot follow from %s', (_what, history, event) => {
    const state = stateOf(...history);
    const fold = () => stateOf(...history, event);
    expect(fold).toThrow(ImpossibleEventError);
    expect(fold).toThrow(event.type);
    expect(state).toEqual(stateOf(...history));
  });
});
