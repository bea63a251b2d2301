import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withSettings } from '../../../scripts/settings-table.js';

it('the operations guide lists the settings there are; run "npm run docs:settings" when they change', () => {
  const guide = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  expect(guide).toContain('TAGALONG_DATA_DIR');
  expect(guide).toBe(withSettings(guide));
});
