import picocolors from 'picocolors';
import type { Output, World } from '../world.js';

/** The colours used here. Without colour they give back what they were given. */
export type Colors = Pick<
  ReturnType<typeof picocolors.createColors>,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
>;

/** Colour only on a terminal, and only for those who did not say no (`NO_COLOR`, `--no-color`, `TERM=dumb`). */
export function colorsFor(stream: Output, env: World['env'], isAllowed = true): Colors {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb' || !isAllowed;
  return picocolors.createColors(stream.isTTY === true && !refused);
}
