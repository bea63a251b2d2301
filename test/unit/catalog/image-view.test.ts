import { describe, expect, it } from 'vitest';
import type { TagRow } from '../../../src/catalog/catalog.tables.js';
import { imageMetadata, imageSpec, repositoryName } from '../../../src/catalog/view/image.view.js';

function tag(name: string, digest: string, size: number, position: string): TagRow {
  return {
    slot: 'acme/job/etl',
    tag: name,
    digest,
    size,
    media_type: null,
    platforms: '[]',
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    pushed_by: 'user:alice',
    position,
    previous_digest: null,
  };
}

describe('the view of an image', () => {
  it('counts a digest once and shows what was pushed last first', () => {
    const spec = imageSpec({ tags: [tag('a', 'd1', 10, '3'), tag('b', 'd2', 5, '1'), tag('c', 'd1', 10, '2')] });
    expect(spec.size).toBe(15);
    expect(spec.tags.map(({ name }) => name)).toEqual(['a', 'c', 'b']);
  });

  it('says the media type when it is known', () => {
    const known = { ...tag('a', 'd1', 10, '1'), media_type: 'application/vnd.oci.image.index.v1+json' };
    expect(imageSpec({ tags: [known] }).tags[0]).toHaveProperty('mediaType', known.media_type);
    expect(imageSpec({ tags: [tag('a', 'd1', 10, '1')] }).tags[0]).not.toHaveProperty('mediaType');
  });

  it('leaves out what there is not', () => {
    const slot = { workspace: 'acme', resourceType: 'job', name: 'etl' } as const;
    const content = { createdAt: 't1', updatedAt: 't2', built: false };
    expect(imageMetadata({ slot, source: null, since: 't0', lastDeployedAt: null }, content, undefined)).toEqual({
      name: 'etl',
      resourceType: 'job',
      workspace: 'acme',
      displayName: 'acme/job/etl',
      createdAt: 't1',
      updatedAt: 't2',
    });
  });

  it('names the repository with its registry when there is one', () => {
    const slot = { workspace: 'acme', resourceType: 'job', name: 'etl/daily' } as const;
    expect(repositoryName(slot, 'registry.example:5000')).toBe('registry.example:5000/acme/job/etl/daily');
    expect(repositoryName(slot, undefined)).toBe('acme/job/etl/daily');
  });
});
