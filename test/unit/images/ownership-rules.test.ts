import { describe, expect, it } from 'vitest';
import {
  deleteImage,
  deleteTag,
  deleted,
  deployed,
  digestA,
  digestB,
  givenSlot,
  push,
  pushed,
  received,
  register,
  registered,
  requested,
  retired,
  shared,
  slot,
  tagDeleted,
  unshared,
  withdrawn,
} from './slot-fixtures.js';

describe('RegisterImage', () => {
  it('keeps the reference it was given', () => {
    givenSlot()
      .when({ type: 'RegisterImage', data: { slot, reference: 'registry.example/base:1' } })
      .then([{ type: 'ImageRegistered', data: { reference: 'registry.example/base:1' } }]);
  });

  it('begins afresh after a deletion', () => {
    givenSlot(registered, deleted).when(register).then([registered]);
  });

  it('names who holds the slot', () => {
    givenSlot(received('s9', 'origin')).when(register).then('name-taken', 'acme/sandbox/tools/base', 'origin');
  });
});

describe('PushTag', () => {
  const image = [registered, pushed('v1', digestA)];

  it('says which digest it replaces when it moves a tag', () => {
    givenSlot(...image)
      .when(push('v1', digestB))
      .then([pushed('v1', digestB, digestA)]);
  });

  it('replaces nothing with a new tag, also for a digest that is there', () => {
    givenSlot(...image)
      .when(push('v2', digestA))
      .then([pushed('v2', digestA)]);
  });

  it('changes nothing when the tag has that digest', () => {
    givenSlot(...image)
      .when(push('v1', digestA))
      .then('already-so');
  });

  it('changes nothing when only size, media type or platforms differ', () => {
    givenSlot(...image)
      .when({
        type: 'PushTag',
        data: { slot, tag: 'v1', digest: digestA, size: 7, mediaType: 'application/json', platforms: [] },
      })
      .then('already-so');
  });

  it('replaces nothing after the tag was deleted', () => {
    givenSlot(...image, tagDeleted('v1', digestA))
      .when(push('v1', digestA))
      .then([pushed('v1', digestA)]);
  });

  it('keeps the media type', () => {
    const content = { tag: 'v2', digest: digestB, size: 0, mediaType: 'application/json', platforms: [] };
    givenSlot(...image)
      .when({ type: 'PushTag', data: { slot, ...content } })
      .then([{ type: 'TagPushed', data: content }]);
  });

  it('is free while the image is shared', () => {
    givenSlot(...image, shared('s1'))
      .when(push('v2', digestB))
      .then([pushed('v2', digestB)]);
  });

  it('names the owner of an image shared in', () => {
    givenSlot(received('s9', 'origin')).when(push('v1', digestA)).then('not-owner', 'origin');
  });
});

describe('DeleteTag', () => {
  const image = [registered, pushed('v1', digestA), pushed('v2', digestB)];

  it('refuses a tag that is not there', () => {
    givenSlot(...image)
      .when(deleteTag('v3'))
      .then('tag-not-found', 'v3');
  });

  it('refuses a tag that was deleted', () => {
    givenSlot(...image, tagDeleted('v1', digestA))
      .when(deleteTag('v1'))
      .then('tag-not-found');
  });

  it('refuses a tag that is not there while the image is shared: unsharing would not help', () => {
    givenSlot(...image, shared('s1'))
      .when(deleteTag('v3'))
      .then('tag-not-found');
  });

  it('refuses while a share is active, naming the target', () => {
    givenSlot(...image, shared('s1', 'beta'))
      .when(deleteTag('v1'))
      .then('image-shared', 'beta');
  });

  it('is free again once the share has ended', () => {
    givenSlot(...image, shared('s1'), unshared('s1'))
      .when(deleteTag('v1'))
      .then([tagDeleted('v1', digestA)]);
  });

  it('is free while a share waits for an answer', () => {
    givenSlot(...image, requested('s1'))
      .when(deleteTag('v1'))
      .then([tagDeleted('v1', digestA)]);
  });

  it('refuses a tag that something was deployed through, naming it', () => {
    givenSlot(...image, deployed('helper', digestA, 'v1'))
      .when(deleteTag('v1'))
      .then('tag-in-use', 'agent helper');
  });

  it('refuses a tag that something was deployed through, also after it moved', () => {
    givenSlot(...image, deployed('helper', digestA, 'v1'), pushed('v1', digestB, digestA))
      .when(deleteTag('v1'))
      .then('tag-in-use');
  });

  it('refuses the last tag of a digest that something is pinned to', () => {
    givenSlot(...image, deployed('helper', digestA))
      .when(deleteTag('v1'))
      .then('tag-in-use');
  });

  it('deletes one of two tags of a digest that something is pinned to, not the other', () => {
    const twice = [...image, pushed('stable', digestA), deployed('helper', digestA)];
    givenSlot(...twice)
      .when(deleteTag('v1'))
      .then([tagDeleted('v1', digestA)]);
    givenSlot(...twice, tagDeleted('v1', digestA))
      .when(deleteTag('stable'))
      .then('tag-in-use');
  });

  it('counts a tag that moved to the digest as holding it', () => {
    givenSlot(...image, deployed('helper', digestA), pushed('v2', digestA, digestB))
      .when(deleteTag('v1'))
      .then([tagDeleted('v1', digestA)]);
  });

  it('does not count a tag that moved away from the digest', () => {
    givenSlot(...image, pushed('stable', digestA), deployed('helper', digestA), pushed('stable', digestB, digestA))
      .when(deleteTag('v1'))
      .then('tag-in-use');
  });

  it('deletes a tag that nothing uses beside one in use', () => {
    givenSlot(...image, deployed('helper', digestA, 'v1'))
      .when(deleteTag('v2'))
      .then([tagDeleted('v2', digestB)]);
  });

  it('is free once what was deployed is retired', () => {
    givenSlot(...image, deployed('helper', digestA, 'v1'), retired('helper'))
      .when(deleteTag('v1'))
      .then([tagDeleted('v1', digestA)]);
  });

  it('names a few of many deployments and counts the others', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => deployed(name, digestA, 'v1'));
    givenSlot(...image, ...many)
      .when(deleteTag('v1'))
      .then('tag-in-use', 'and 2 more');
  });
});

describe('DeleteImage', () => {
  const image = [registered, pushed('v1', digestA)];

  it('deletes an image without tags', () => {
    givenSlot(registered).when(deleteImage).then([deleted]);
  });

  it('refuses while a share is active, naming a few of many targets', () => {
    const shares = ['b1', 'b2', 'b3', 'b4', 'b5'].map((target) => shared(`s-${target}`, target));
    givenSlot(...image, ...shares)
      .when(deleteImage)
      .then('image-shared', 'and 2 more');
  });

  it('refuses while something is deployed', () => {
    givenSlot(...image, deployed('helper', digestA))
      .when(deleteImage)
      .then('image-in-use', 'agent helper');
  });

  it('refuses a shared and deployed image for its shares first', () => {
    givenSlot(...image, shared('s1'), deployed('helper', digestA))
      .when(deleteImage)
      .then('image-shared');
  });

  it('withdraws every request that waits, in the order of their targets', () => {
    givenSlot(...image, requested('s1', 'gamma'), requested('s2', 'beta'))
      .when(deleteImage)
      .then([withdrawn('s2', 'beta'), withdrawn('s1', 'gamma'), deleted]);
  });

  it('refuses a second time', () => {
    givenSlot(...image, deleted)
      .when(deleteImage)
      .then('image-not-found', 'sandbox/tools/base', 'acme');
  });

  it('leaves nothing behind for the next image of that name', () => {
    const again = givenSlot(...image, requested('s1'), withdrawn('s1'), deleted, registered);
    again.when(deleteTag('v1')).then('tag-not-found');
    again.when(push('v1', digestA)).then([pushed('v1', digestA)]);
    expect(again.state).toEqual(givenSlot(registered).state);
  });
});

describe('a value that could not be read back from the log', () => {
  it.each([
    ['tag', { ...goodPush(), tag: '../etc' }],
    ['digest', { ...goodPush(), digest: 'sha256:abc' }],
    ['size', { ...goodPush(), size: -1 }],
    ['size', { ...goodPush(), size: Number.NaN }],
    ['size', { ...goodPush(), size: 2 ** 53 }],
    ['size', { ...goodPush(), size: 1.5 }],
    ['mediaType', { ...goodPush(), mediaType: '' }],
    ['platforms', { ...goodPush(), platforms: [''] }],
  ])('is refused: %s', (field, data) => {
    givenSlot().when({ type: 'PushTag', data }).then('malformed-command', field);
  });

  function goodPush() {
    return { slot, tag: 'v1', digest: digestA, size: 1, platforms: [] };
  }
});
