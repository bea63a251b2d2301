import { describe, expect, it } from 'vitest';
import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import {
  activeShare,
  activeShareById,
  deploymentsUsing,
  findDeployment,
  findTag,
  holdsDigest,
  latestTag,
  pendingRequest,
  pendingRequestTo,
  pendingRequests,
} from '../../../src/images/domain/image.queries.js';
import { emptySlot, stateWeight } from '../../../src/images/domain/image.state.js';
import {
  deployed,
  digestA,
  digestB,
  one,
  parties,
  pushed,
  received,
  registered,
  requested,
  shared,
  stateOf,
  tagDeleted,
} from './slot-fixtures.js';

const image = [registered, pushed('v1', digestA), pushed('v2', digestB)];

describe('the latest tag', () => {
  it('is the one pushed last', () => {
    expect(latestTag(stateOf(...image))).toMatchObject({ tag: 'v2', digest: digestB });
  });

  it('is an old tag after it moved', () => {
    expect(latestTag(stateOf(...image, pushed('v1', digestB, digestA)))).toMatchObject({ tag: 'v1', digest: digestB });
  });

  it('is the one pushed before when the newest was deleted', () => {
    const three = [...image, pushed('v3', digestA)];
    expect(latestTag(stateOf(...three, tagDeleted('v3', digestA)))?.tag).toBe('v2');
    expect(latestTag(stateOf(...three, tagDeleted('v3', digestA), tagDeleted('v2', digestB)))?.tag).toBe('v1');
  });

  it('stays when another tag was deleted', () => {
    expect(latestTag(stateOf(...image, tagDeleted('v1', digestA)))?.tag).toBe('v2');
  });

  it('is none in an image without tags, an empty slot, or an image shared in', () => {
    expect(latestTag(stateOf(registered))).toBeUndefined();
    expect(latestTag(stateOf(registered, pushed('v1', digestA), tagDeleted('v1', digestA)))).toBeUndefined();
    expect(latestTag(emptySlot)).toBeUndefined();
    expect(latestTag(stateOf(received('s1')))).toBeUndefined();
  });
});

describe('shares and requests', () => {
  const state = stateOf(...image, shared('s1', 'beta'), requested('s3', 'delta'), requested('s2', 'gamma'));

  it('are found by target', () => {
    expect(activeShare(state, 'beta')).toEqual(parties('s1', 'beta'));
    expect(activeShare(state, 'gamma')).toBeUndefined();
    expect(pendingRequestTo(state, 'gamma')).toEqual({ ...parties('s2', 'gamma'), expiresAt: one });
    expect(pendingRequestTo(state, 'beta')).toBeUndefined();
  });

  it('are found by id', () => {
    expect(activeShareById(state, 's1')).toEqual(parties('s1', 'beta'));
    expect(activeShareById(state, 's2')).toBeUndefined();
    expect(pendingRequest(state, 's2')).toEqual({ ...parties('s2', 'gamma'), expiresAt: one });
    expect(pendingRequest(state, 's1')).toBeUndefined();
    expect(pendingRequest(state, 's9')).toBeUndefined();
  });

  it('are listed by target', () => {
    expect(pendingRequests(state).map(({ shareId }) => shareId)).toEqual(['s3', 's2']);
    expect(pendingRequests(stateOf(received('s1')))).toEqual([]);
  });
});

describe('deployments', () => {
  const state = stateOf(...image, deployed('by-tag', digestA, 'v1'), deployed('by-digest', digestA));

  it('are found by kind and name', () => {
    expect(findDeployment(state, 'agent', 'by-tag')?.tag).toBe('v1');
    expect(findDeployment(state, 'job', 'by-tag')).toBeUndefined();
    expect(findDeployment(emptySlot, 'agent', 'by-tag')).toBeUndefined();
    expect(findDeployment(stateOf(received('s1'), deployed('x', digestA)), 'agent', 'x')?.digest).toBe(digestA);
  });

  it('use a tag they were made through, or whose digest nothing else holds', () => {
    expect(deploymentsUsing(state, 'v1').map(({ deployment }) => deployment)).toEqual(['by-tag', 'by-digest']);
    expect(deploymentsUsing(state, 'v2')).toEqual([]);
    expect(deploymentsUsing(state, 'v9')).toEqual([]);
    const twice = stateOf(...image, deployed('by-digest', digestA), pushed('stable', digestA));
    expect(deploymentsUsing(twice, 'v1')).toEqual([]);
  });
});

describe('the tags of a slot', () => {
  it('are known to the owner alone', () => {
    expect(findTag(stateOf(...image), 'v1')?.digest).toBe(digestA);
    expect(findTag(stateOf(...image), 'v9')).toBeUndefined();
    expect(findTag(stateOf(received('s1')), 'v1')).toBeUndefined();
  });
});

describe('a digest', () => {
  it('is held while a tag points at it', () => {
    const held = (...more: ImageEvent[]) => {
      const state = stateOf(...image, ...more);
      return state.kind === 'owned' && holdsDigest(state, digestA);
    };
    expect(held()).toBe(true);
    expect(held(pushed('v1', digestB, digestA))).toBe(false);
    expect(held(pushed('v1', digestB, digestA), pushed('v2', digestA, digestB))).toBe(true);
    expect(held(tagDeleted('v1', digestA))).toBe(false);
  });
});

describe('the weight of a state', () => {
  it('grows with everything it holds', () => {
    expect(stateWeight(emptySlot)).toBe(1);
    expect(stateWeight(stateOf(received('s1'), deployed('a', digestA)))).toBe(2);
    expect(stateWeight(stateOf(...image, shared('s1'), requested('s2', 'gamma'), deployed('a', digestA)))).toBe(
      1 + 2 + 1 + 1 + 1,
    );
  });
});
