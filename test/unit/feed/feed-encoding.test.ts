import { describe, expect, it } from 'vitest';
import { encodeMessage, encodeRetry } from '../../../src/catalog/feed/feed-encoding.js';
import type { FeedEvent } from '../../../src/catalog/feed/feed-message.js';

const event: FeedEvent = {
  type: 'image.deleted',
  occurredAt: '2026-01-01T00:00:00.000Z',
  position: '0000000000000007',
  name: 'data/etl',
  resourceType: 'job',
  workspace: 'acme',
  principal: 'user:line\nbreak',
};

describe('a message on the wire', () => {
  it('is one block: id, event, and data on one line', () => {
    expect(encodeMessage({ kind: 'event', position: event.position, id: 'e1', event }, 'acme')).toBe(
      'id: 0000000000000007\n' +
        'event: image.deleted\n' +
        'data: {"position":"0000000000000007","type":"image.deleted","workspace":"acme","resourceType":"job",' +
        '"name":"data/etl","occurredAt":"2026-01-01T00:00:00.000Z","principal":"user:line\\nbreak"}\n\n',
    );
  });

  it('moves the id without being an event when nothing happened', () => {
    expect(encodeMessage({ kind: 'position', position: '0000000000000009' }, 'acme')).toBe('id: 0000000000000009\n\n');
  });

  it('says that everything was told, also of an empty log', () => {
    expect(encodeMessage({ kind: 'caught-up', position: '0000000000000009' }, 'acme')).toBe(
      'id: 0000000000000009\nevent: caught-up\ndata: {"position":"0000000000000009","type":"caught-up","workspace":"acme"}\n\n',
    );
    expect(encodeMessage({ kind: 'caught-up', position: undefined }, 'acme')).toBe(
      'event: caught-up\ndata: {"type":"caught-up","workspace":"acme"}\n\n',
    );
  });

  it('tells when to come back', () => {
    expect(encodeRetry(1_500)).toBe('retry: 1500\n\n');
  });
});
