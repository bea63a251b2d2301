import type { Command } from 'commander';
import { shareTargetsSchema } from '../api/wire.js';
import type { ShareTarget } from '../api/wire.js';
import { imageLabel, imagePath, parseWholeImage } from '../input/image-reference.js';
import type { Column } from '../output/table.js';
import type { Printer } from '../output/printer.js';
import type { World } from '../world.js';
import { addCommand, inSession } from './command.js';

/** `shares TYPE/NAME` */
export function addShares(program: Command, world: World): void {
  const shares = addCommand(program, {
    name: 'shares',
    summary: 'show with whom an image is shared',
    description: 'Shows the workspaces an image is shared with, and those that were asked and have not answered.',
    examples: ['shares sandbox/my-template', 'shares sandbox/my-template -o json'],
  }).argument('<image>', 'TYPE/NAME');
  shares.action(
    inSession(shares, 'reading', world, async (session, text: string) => {
      const reference = parseWholeImage(text, 'an image is shared as a whole, with all its tags');
      const api = await session.api();
      const targets = await api.get(`${imagePath(reference)}/share`, shareTargetsSchema);
      const { printer } = session;
      printer.list(targets, shareColumns(printer), `${imageLabel(reference)} is shared with nobody.`);
    }),
  );
}

/** The columns of a list of targets. */
export function shareColumns({ colors }: Printer): readonly Column<ShareTarget>[] {
  return [
    {
      title: 'TO',
      value: ({ workspace }) => `→ ${workspace}`,
      style: (text, { status }) => (status === 'active' ? colors.cyan(text) : colors.dim(text)),
    },
    {
      title: 'STATUS',
      value: ({ status }) => status,
      style: (text, { status }) => (status === 'active' ? colors.green(text) : colors.yellow(text)),
    },
    { title: 'ACCOUNT', value: ({ accountId }) => accountId },
    { title: 'REQUEST', value: ({ pendingShareId }) => pendingShareId },
  ];
}
