import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeSettings } from '../src/config/settings.js';

const target = fileURLToPath(new URL('../docs/operations.md', import.meta.url));

/** The operations guide with its table of settings as the code has them. */
export function withSettings(guide: string): string {
  const rows = describeSettings().map(
    ({ name, doc, default: value }) => `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${doc} |`,
  );
  const table = ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
  return guide.replace(/(<!-- settings:[^\n]*-->\n)[\s\S]*?(<!-- \/settings -->)/, `$1${table}\n$2`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(target, withSettings(readFileSync(target, 'utf8')));
