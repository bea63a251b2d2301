import { describe, expect, it } from 'vitest';
import { imageRejectionCategories } from '../../../src/images/domain/image.rejections.js';

describe('the codes of a refusal', () => {
  it('and their categories are a contract', () => {
    expect(imageRejectionCategories).toEqual({
      'name-taken': 'conflict',
      'share-id-taken': 'conflict',
      'not-owner': 'invalid',
      'image-shared': 'invalid',
      'image-in-use': 'invalid',
      'tag-in-use': 'invalid',
      'cannot-reshare': 'invalid',
      'self-share': 'invalid',
      'share-not-expired': 'invalid',
      'expiry-passed': 'invalid',
      'malformed-command': 'invalid',
      'image-not-found': 'not-found',
      'tag-not-found': 'not-found',
      'digest-not-found': 'not-found',
      'share-not-found': 'not-found',
      'deployment-not-found': 'not-found',
      'share-expired': 'gone',
    });
  });
});
