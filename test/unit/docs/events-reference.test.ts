import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventsReference } from '../../../scripts/events-reference.js';

it('the events reference says what the codecs say; run "npm run docs:events" when they change', () => {
  const written = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  expect(written).toBe(eventsReference());
});
