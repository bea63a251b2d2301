import type { Command } from 'commander';
import type { Deployment, Usage } from '../api/wire.js';
import { usageSchema } from '../api/wire.js';
import { imageLabel, imagePath, parseWholeImage } from '../input/image-reference.js';
import type { Printer } from '../output/printer.js';
import { formatTable } from '../output/table.js';
import type { World } from '../world.js';
import { addCommand, inSession } from './command.js';
import { deploymentColumns } from './deployment-views.js';
import { shareColumns } from './shares.js';

/** `usage TYPE/NAME` */
export function addUsage(program: Command, world: World): void {
  const usage = addCommand(program, {
    name: 'usage',
    summary: 'show who depends on an image: shares and deployments',
    description:
      'Shows with whom an image is shared and what runs from it, as far as you may see the workspaces it runs in.',
    examples: ['usage sandbox/my-template', 'usage sandbox/my-template -o yaml'],
  }).argument('<image>', 'TYPE/NAME');
  usage.action(
    inSession(usage, 'reading', world, async (session, text: string) => {
      const reference = parseWholeImage(text, 'usage is told for the whole image');
      const api = await session.api();
      const found = await api.get(`${imagePath(reference)}/usage`, usageSchema);
      session.printer.result(found, () => describe(found, imageLabel(reference), session.printer));
    }),
  );
}

function describe({ shares, workspaces }: Usage, label: string, printer: Printer): string {
  const { colors } = printer;
  const deployments = workspaces.flatMap((each) => each.deployments);
  const shared =
    shares.length === 0
      ? `${label} is shared with nobody.\n`
      : `${colors.bold('Shared with')}\n${formatTable(shareColumns(printer), shares, colors)}`;
  const columns = [
    { title: 'WORKSPACE', value: ({ metadata }: Deployment) => metadata.workspace },
    ...deploymentColumns(printer).filter(({ title }) => title !== 'FROM'),
  ];
  const deployed =
    deployments.length === 0
      ? 'Nothing that you may see runs from it.\n'
      : `${colors.bold('Deployed')}\n${formatTable(columns, deployments, colors)}`;
  return `${shared}\n${deployed}`;
}
